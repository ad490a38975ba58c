//! Scenes: each is one function that is played twice, on the demo platform and on a real cluster. Where the two differ, the demo is
//! wrong. A scene leaves its platform as it found it; that is checked after each.
mod git;
mod ground;
mod harmful;
mod harmless;
mod hubs;
mod killed;
mod loops;
mod parents;
mod rights;
pub mod said;
mod stage;
mod stuck;
mod unwell;
mod walked;

use stage::Stage;

/// `name: scene` for both; `with [..]` names what goes wrong on the demo by itself (a real scene does it by hand); `only on demo`
/// is for what a real one can't do, and the other way round.
macro_rules! scenes {
    ($($name:ident: $scene:path $(, with $mishaps:expr)? $(, only on $only:ident)?;)*) => {
        mod demo {
            $(scenes!(@demo $name, $scene, [$($mishaps)?] $(, $only)?);)*
        }
        mod real {
            $(scenes!(@real $name, $scene $(, $only)?);)*
        }
    };
    (@demo $name:ident, $scene:path, [$($mishaps:expr)?], real) => {};
    (@demo $name:ident, $scene:path, [$($mishaps:expr)?] $(, demo)?) => {
        #[test]
        fn $name() {
            let mishaps: &[&str] = &[$($mishaps)?];
            super::Stage::demo(mishaps).play($scene);
        }
    };
    (@real $name:ident, $scene:path, demo) => {};
    (@real $name:ident, $scene:path $(, real)?) => {
        #[test]
        #[ignore = "needs the real cluster: tests/real/run"]
        fn $name() {
            super::Stage::real().play($scene);
        }
    };
}

scenes! {
    every_command_that_evid_proposes_can_be_typed: super::walked::way;
    a_round_trip_is_proven_on_every_claim: super::loops::round_trip;
    off_and_on_proven_apart_are_proven_together: super::loops::halves;
    off_by_cascade_and_on_with_its_manual_child_is_a_round_trip_too: super::loops::cascade;
    a_root_stuck_for_want_of_its_project_is_repaired: super::stuck::root;
    a_missing_project_is_a_refusal: super::stuck::project;
    an_object_with_a_finalizer_of_its_own_is_named: super::stuck::held_object;
    an_object_that_a_finalizer_holds_for_a_while_is_waited_for: super::stuck::held_for_a_while;
    a_child_that_was_never_synced_is_left_so: super::unwell::never_synced;
    a_child_that_was_degraded_before_is_not_waited_for: super::unwell::degraded;
    off_killed_at_any_moment_is_mended_by_on: super::killed::off;
    on_killed_at_any_moment_is_mended_by_on: super::killed::on;
    a_proof_killed_at_any_moment_is_gone_on_with: super::killed::proof;
    an_orphan_refutes_absence: super::harmful::orphan, with "orphan";
    a_protected_pod_deleted_is_a_disturbance_and_no_change: super::harmful::core_pod;
    a_protected_object_changed_is_a_change: super::harmful::core_changed;
    a_volume_no_longer_retained_is_named: super::harmful::volume;
    a_list_forbidden_proves_nothing: super::harmful::forbidden;
    a_manual_child_forgotten_is_not_restored: super::harmful::forgotten_child;
    a_service_that_does_not_answer_refutes: super::harmful::probe_down;
    a_repository_that_does_not_answer_is_told: super::harmful::repository_down, with "repo-down", only on demo;
    refreshes_are_no_change: super::harmless::refreshes;
    a_cron_job_that_fires_is_no_change: super::harmless::cron_job;
    a_volume_touched_and_put_back_is_no_change: super::harmless::put_back;
    a_root_that_is_put_back_by_its_parent_is_told: super::parents::managed_root;
    an_application_set_of_the_root_goes_and_comes_back: super::parents::application_set;
    the_printed_roles_carry_each_verb_to_a_proven_end: super::rights::roles, only on real;
}

/// The same over a hub and a spoke, which are other clusters than those of the scenes above.
mod hub {
    mod demo {
        #[test]
        fn a_round_trip_is_proven_over_a_hub_and_a_spoke() {
            super::super::Stage::demo_hub().play(super::super::hubs::round_trip);
        }
    }

    mod real {
        #[test]
        #[ignore = "needs a real hub and a real spoke: tests/real/run --hub"]
        fn a_round_trip_is_proven_over_a_hub_and_a_spoke() {
            super::super::Stage::real().play(super::super::hubs::round_trip);
        }
    }
}
