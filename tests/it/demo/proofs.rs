//! The platform seen by evid: its own capture and its own judge over dumps of the store.
use super::world::World;
use crate::samples::{Draft, Memory, drafted, files};
use chrono::SecondsFormat;
use evid::compare::Side;
use evid::model::Source;
use evid::usecase::capture::{Collected, List};
use evid::usecase::diff::{Outcome, diff};

/// Every list of the store, read within one moment.
fn capture(world: &World) -> Draft {
    let store = &world.platform.store;
    let readable = store.resources().iter().filter(|r| r.verbs.iter().any(|v| v == "list") && r.kind != "Event" && r.kind != "Lease");
    let lists = readable.map(|r| List {
        file: r.stem(),
        group: r.group.clone(),
        resource: Some(r.plural.clone()),
        namespace: None,
        is_question: true,
        resource_version: Some(store.version().to_string()),
        items: store.list(&r.stem(), None).cloned().map(Into::into).collect(),
        count: None,
        read: None,
    });
    let time = Some(world.now.to_rfc3339_opts(SecondsFormat::Millis, true));
    drafted(Collected { started: time.clone(), finished: time, ..Collected::of(Source::Live, lists.collect()) })
}

fn judge(drafts: &[&Draft]) -> Outcome {
    let sides: Vec<Side> = drafts.iter().enumerate().map(|(i, d)| Memory::side(&format!("bundle-{i}"), files(d))).collect();
    diff(&sides, None).unwrap()
}

/// What is not proven, and not inapplicable either.
fn unproven(outcome: &Outcome) -> Vec<(String, &'static str)> {
    let told = outcome.judged.iter().map(|j| (j.id.clone(), j.verdict.as_str()));
    told.filter(|(_, v)| !matches!(*v, "proven" | "not applicable" | "not_applicable")).collect()
}

fn digests(draft: &Draft) -> Vec<(String, String, u64)> {
    draft.layers().iter().map(|l| (l.name.clone(), l.digest.clone(), l.objects)).collect()
}

#[test]
fn an_idle_platform_changes_nothing_that_evid_calls_state() {
    let mut world = World::new();
    let before = capture(&world);
    let version = world.platform.store.version();
    world.run(200);
    assert!(world.platform.store.version() > version + 100, "it is not that nothing moved");
    let after = capture(&world);
    assert_eq!(digests(&before), digests(&after));
    assert_eq!(unproven(&judge(&[&before, &after])), []);
}

#[test]
fn the_layers_are_those_of_the_recorded_platform() {
    let layers: Vec<(String, u64)> = digests(&capture(&World::new())).into_iter().map(|(name, _, objects)| (name, objects)).collect();
    let counted = |name: &str| layers.iter().find(|(n, _)| n == name).map(|(_, o)| *o);
    assert_eq!((counted("core"), counted("baseline"), counted("optional")), (Some(109), Some(52), Some(52)));
}

#[test]
fn a_round_trip_is_proven() {
    let mut world = World::new();
    let before = capture(&world);
    world.run(2);
    world.off();
    let off = capture(&world);
    world.on_again();
    let on = capture(&world);
    assert_eq!(digests(&before), digests(&on));
    let outcome = judge(&[&before, &off, &on]);
    assert_eq!(unproven(&outcome), []);
    for claim in [
        "optional.absent",
        "optional.restored",
        "core.unchanged",
        "core.undisturbed",
        "changes.confined",
        "storage.retained",
        "switch.kept",
    ] {
        assert!(outcome.judged.iter().any(|j| j.id == claim && j.verdict.as_str() == "proven"), "{claim}");
    }
}

#[test]
fn each_mishap_refutes_what_it_breaks() {
    let cases = [
        ("orphan", vec!["optional.absent"]),
        ("core-pod-restarted", vec!["core.undisturbed"]),
        ("core-pod-replaced", vec!["core.undisturbed", "changes.confined"]),
        ("core-changed", vec!["core.unchanged", "changes.confined"]),
        ("volume-moved", vec!["core.unchanged", "changes.confined", "storage.retained"]),
    ];
    // Worlds begin alike, to the last uid.
    let before = capture(&World::new());
    for (name, broken) in cases {
        let mut world = World::with(&[name]);
        world.run(2);
        world.off();
        let outcome = judge(&[&before, &capture(&world)]);
        let wrong = unproven(&outcome);
        assert!(wrong.iter().any(|(id, verdict)| *id == broken[0] && *verdict == "refuted"), "{name}: {wrong:?}");
        assert!(wrong.iter().all(|(id, _)| broken.contains(&id.as_str())), "{name}: {wrong:?}");
    }
}

#[test]
fn a_manual_child_that_was_forgotten_refutes_restored() {
    let mut world = World::new();
    let before = capture(&world);
    world.run(2);
    world.off();
    let off = capture(&world);
    world.on(true);
    world.run(60);
    let wrong = unproven(&judge(&[&before, &off, &capture(&world)]));
    assert_eq!(wrong, [("optional.restored".to_owned(), "refuted")]);
}
