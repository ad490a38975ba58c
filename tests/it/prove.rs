//! What a run keeps before it changes anything, on the demo's platform in this process.
use crate::support::cluster::{Cluster, app_path};
use crate::switch::platform::{platform, stamp};
use chrono::{DateTime, Utc};
use evid::bundle::config::Config;
use evid::bundle::probe::Raw;
use evid::canon::redact::Redactor;
use evid::kinds::Rules;
use evid::usecase::capture::spool::{Memory, Spool};
use evid::usecase::capture::{CaptureError, Outline, Put};
use evid::usecase::cluster::port::{Api, Ask, Clock, NoReply, Reply};
use evid::usecase::probes::{Call, Reach, Unheard};
use evid::usecase::prove::{Fault, Folder, Goal, News, Proof, ProveError, State, Step};
use evid::usecase::session::Session;
use evid::usecase::switch::{Journal, Options, Times};
use evid::value::Value;
use std::sync::Mutex;
use std::time::Duration;

/// A cluster that several threads may ask.
struct Shared(Mutex<Cluster>);

impl Api for Shared {
    fn send(&self, ask: &Ask) -> Result<Reply, NoReply> {
        self.0.lock().unwrap().send(ask)
    }
}

impl Clock for Shared {
    fn now(&self) -> DateTime<Utc> {
        self.0.lock().unwrap().now()
    }
    fn sleep(&self, time: Duration) -> bool {
        self.0.lock().unwrap().sleep(time)
    }
}

impl Reach for Shared {
    fn reach(&self, _: &Call) -> Result<Raw, Unheard> {
        Err(Unheard::NotAsked("no probe is declared".into()))
    }
}

/// The folder of a run: each state that was kept, and how many writes the cluster had got by then.
struct Kept<'a> {
    states: Vec<(State, usize)>,
    cluster: &'a Shared,
}

impl Folder for Kept<'_> {
    type Sealed = ();

    fn keep(&mut self, state: &State) -> Result<(), Fault> {
        self.states.push((state.clone(), self.cluster.0.lock().unwrap().0.borrow().writes.len()));
        Ok(())
    }
    fn actions(&self) -> Result<Vec<u8>, Fault> {
        Ok(vec![])
    }
    fn spool(&self) -> Result<Box<dyn Spool>, Fault> {
        Ok(Box::<Memory>::default())
    }
    fn seal(&self, _: &str, files: &mut dyn FnMut(Put<'_>) -> Result<Outline, CaptureError>) -> Result<(), Fault> {
        Ok(files(&mut |_, _| {}).map(drop)?)
    }
}

struct Lines;

impl Journal for Lines {
    fn line(&mut self, _: &Value) -> Result<(), String> {
        Ok(())
    }
}

/// Takes one turn from this state; gives how it ended and what was kept.
fn turn(cluster: &Shared, state: State, step: Step) -> (Result<(), ProveError>, Vec<(State, usize)>) {
    let (config, redactor) = (Config::default(), Redactor::new(&[7; 32]));
    let (layers, rules) = (config.layers().unwrap(), Rules::new(&[]).unwrap());
    let s = Duration::from_secs;
    let mut proof = Proof {
        session: Session {
            api: cluster,
            server: "https://demo",
            hub: None,
            reach: cluster,
            clock: cluster,
            config: &config,
            layers: &layers,
            rules: &rules,
            redactor: &redactor,
            progress: &|_| {},
        },
        probes: &[],
        options: Options::of(stamp()),
        times: Times { poll: s(1), operation: s(40), total: s(200), lasting: s(20), window: s(15) },
        folder: Kept { states: vec![], cluster },
        journal: &mut Lines,
        told: &mut |_: News<'_, ()>| {},
        state,
    };
    let ended = proof.turn(step);
    (ended, proof.folder.states)
}

#[test]
fn an_off_that_was_killed_midway_and_taken_again_still_knows_what_hung_below_the_switch() {
    for patience in [0, 2, 4, 8] {
        let cluster = Shared(Mutex::new(platform()));
        let begun = State { done: vec!["before".into()], ..State::begin(Goal::RoundTrip, None, None, cluster.now()) };
        let patient = |left| cluster.0.lock().unwrap().0.borrow_mut().patience = left;
        patient(Some(patience));
        let (ended, kept) = turn(&cluster, begun, Step::Off);
        assert!(ended.is_err());
        let [(state, 0)] = &*kept else { panic!("it is kept once, before the first write: {}", kept.len()) };
        patient(None);
        let (ended, kept) = turn(&cluster, state.clone().resumed(cluster.now()), Step::Off);
        ended.unwrap();
        assert!(cluster.0.lock().unwrap().0.borrow().get(&app_path("store")).is_none());
        let (state, _) = kept.last().unwrap();
        let expected: Vec<&str> = state.expected.keys().map(|app| &**app).collect();
        assert_eq!(
            (state.was_on, expected),
            (Some(true), vec!["argocd/extras", "argocd/notebooks", "argocd/root-optional", "argocd/store", "argocd/ui"]),
            "{patience}"
        );
    }
}
