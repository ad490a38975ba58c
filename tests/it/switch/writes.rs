//! How the switch writes: preconditions, the journal, answers that do not come.
use crate::support::cluster::app_path;
use crate::switch::off::{BOTH, codes, failed, switch_off};
use crate::switch::platform::{off_options, platform, run};
use evid::usecase::cluster::port::{Method, NoReply};
use evid::usecase::switch::off::off;
use evid::usecase::switch::{Event, Step, Stop, Strategy, off};
use serde_json::{Value, json};

#[test]
fn every_write_has_a_field_manager_a_precondition_and_two_lines_in_the_journal() {
    for strategy in BOTH {
        let fake = platform();
        let (done, journal, _) = switch_off(&fake, &off_options(strategy));
        done.unwrap();
        for (write, body) in &fake.0.borrow().writes {
            assert!(write.contains("fieldManager=evid"), "{write}");
            let condition = body.pointer("/metadata/resourceVersion").or_else(|| body.pointer("/preconditions/uid"));
            assert!(condition.is_some_and(|c| c.as_str().is_some_and(|c| !c.is_empty())), "{write}: {body}");
        }
        let sent = fake.0.borrow().writes.len();
        assert_eq!(journal.len(), 2 * sent);
        for pair in journal.chunks(2) {
            assert_eq!((&pair[0]["stage"], &pair[1]["stage"]), (&json!("intent"), &json!("answer")));
            assert_eq!((&pair[0]["seq"], &pair[1]["status"]), (&pair[1]["seq"], &json!(200)));
            for field in ["time", "user", "method", "path", "body", "uid"] {
                assert!(pair[0].get(field).is_some_and(|v| !v.is_null()), "{field}: {}", pair[0]);
            }
        }
    }
}

#[test]
fn a_kill_between_request_and_answer_is_visible_in_the_journal() {
    let fake = platform();
    struct Dies(Vec<Value>);
    impl evid::usecase::switch::Journal for Dies {
        fn line(&mut self, line: &evid::value::Value) -> Result<(), String> {
            if line["stage"] == "answer" {
                return Err("killed".into());
            }
            self.0.push(line.clone().into());
            Ok(())
        }
    }
    let mut journal = Dies(vec![]);
    let (done, _, _) = run(&fake, |run| {
        let plan = off::plan(run, &off_options(Strategy::Prune)).unwrap();
        let mut quiet = |_: &Event| {};
        let mut run = evid::usecase::switch::Run {
            api: run.api,
            clock: run.clock,
            journal: &mut journal,
            progress: &mut quiet,
            layers: run.layers,
            rules: run.rules,
            here: run.here,
            tracking: None,
            user: run.user.clone(),
            times: run.times,
            written: 0,
        };
        off(&mut run, &plan, &off_options(Strategy::Prune))
    });
    assert!(matches!(done, Err(Stop::Journal(_))));
    assert_eq!(journal.0.len(), 1);
    assert_eq!((&journal.0[0]["stage"], &journal.0[0]["what"]), (&json!("intent"), &json!("manual")));
    assert_eq!(fake.0.borrow().writes.len(), 1, "nothing is written past a journal that fails");
}

#[test]
fn a_write_without_an_answer_is_looked_at_before_it_is_sent_again() {
    let fake = platform();
    let mut cut = false;
    fake.0.borrow_mut().instead.push(Box::new(move |world, ask| {
        if cut || ask.method != Method::Patch {
            return None;
        }
        cut = true;
        // It was taken, and the answer was lost.
        world.patch(ask.path.split('?').next().unwrap(), &json!({"spec": {"syncPolicy": {"automated": null}}}));
        Some(Err(NoReply::Cut("connection reset".into())))
    }));
    let (done, journal, _) = switch_off(&fake, &off_options(Strategy::Prune));
    done.unwrap();
    assert_eq!(journal.iter().filter(|l| l["what"] == "manual").count(), 2, "it was not sent again");
    assert_eq!(journal[1]["status"], Value::Null);
}

#[test]
fn a_conflict_is_read_again_and_decided_anew() {
    let fake = platform();
    let mut once = false;
    fake.0.borrow_mut().instead.push(Box::new(move |world, ask| {
        if !once && ask.method == Method::Patch {
            once = true;
            world.patch(&app_path("root-optional"), &json!({"metadata": {"annotations": {"touched": "yes"}}}));
        }
        None
    }));
    let (done, journal, _) = switch_off(&fake, &off_options(Strategy::Prune));
    assert!(done.unwrap().left.is_empty());
    assert_eq!(journal.iter().filter(|l| l["status"] == 409).count(), 1);
}

#[test]
fn a_server_that_drops_the_change_is_not_believed() {
    let fake = platform();
    fake.0.borrow_mut().instead.push(Box::new(|world, ask| {
        let is_it = ask.method == Method::Patch && String::from_utf8_lossy(&ask.body.as_ref()?.1).contains("automated");
        is_it.then(|| Ok(crate::support::cluster::reply(200, world.app("root-optional"))))
    }));
    assert_eq!(codes(&failed(switch_off(&fake, &off_options(Strategy::Prune)).0)), [("not-kept", "root-optional")]);
}

#[test]
fn ctrl_c_says_at_what_step_and_what_was_waited_for() {
    let fake = platform();
    fake.0.borrow_mut().patience = Some(1);
    let done = switch_off(&fake, &off_options(Strategy::Cascade)).0;
    let Err(Stop::Interrupted { step, hanging }) = done else { panic!("{done:?}") };
    assert!(step == Step::Gone && !hanging.is_empty(), "{step:?} {hanging:?}");
}

#[test]
fn a_dry_run_tells_every_write_and_sends_none() {
    for strategy in BOTH {
        let fake = platform();
        let (plan, _, _) = run(&fake, |run| off::plan(run, &off_options(strategy)).unwrap());
        assert!(fake.0.borrow().writes.is_empty());
        let told: Vec<String> = plan.writes.iter().map(|w| format!("{} {}", w.method.as_str(), w.path)).collect();
        switch_off(&fake, &off_options(strategy)).0.unwrap();
        let sent: Vec<String> = fake.0.borrow().writes.iter().map(|(w, _)| w.clone()).collect();
        assert_eq!(told, sent);
    }
}
