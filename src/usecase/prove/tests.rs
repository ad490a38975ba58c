//! The loop on a cluster that has no Argo CD: every capture succeeds, and no turn of the switch does.
use crate::bundle::config::Config;
use crate::bundle::probe::Raw;
use crate::canon::redact::Redactor;
use crate::kinds::Rules;
use crate::usecase::capture::spool::{Memory, Spool};
use crate::usecase::capture::{CaptureError, Outline, Put};
use crate::usecase::cluster::port::{Api, Ask, Clock, NoReply, Reply, Watch, WatchEvent};
use crate::usecase::probes::{Call, Reach, Unheard};
use crate::usecase::prove::{Fault, Folder, Goal, News, Proof, ProveError, State};
use crate::usecase::session::Session;
use crate::usecase::switch::{Journal, Options, Stamp, Times};
use crate::value::{Value, json};
use chrono::{DateTime, Utc};
use std::time::Duration;

struct Bare;

impl Api for Bare {
    fn send(&self, ask: &Ask) -> Result<Reply, NoReply> {
        let kind =
            |name: &str, kind: &str| json!({"kind": "APIResourceList", "resources": [{"name": name, "kind": kind, "verbs": ["list"]}]});
        let version = json!({"groupVersion": "apps/v1", "version": "v1"});
        let (status, body) = match ask.path.split('?').next().unwrap_or_default() {
            "/api" => (200, json!({"kind": "APIVersions", "versions": ["v1"]})),
            "/apis" => {
                (200, json!({"kind": "APIGroupList", "groups": [{"name": "apps", "versions": [version], "preferredVersion": version}]}))
            }
            "/api/v1" => (200, kind("nodes", "Node")),
            "/apis/apps/v1" => (200, kind("deployments", "Deployment")),
            "/api/v1/nodes" | "/apis/apps/v1/deployments" => {
                (200, json!({"kind": "List", "metadata": {"resourceVersion": "1"}, "items": []}))
            }
            _ => (404, Value::Null),
        };
        Ok(Reply { status, body: body.to_string().into_bytes(), date: None, warnings: vec![] })
    }
}

impl Clock for Bare {
    fn now(&self) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH
    }
    fn sleep(&self, _: Duration) -> bool {
        std::thread::yield_now();
        true
    }
}

impl Reach for Bare {
    fn reach(&self, _: &Call) -> Result<Raw, Unheard> {
        Err(Unheard::NotAsked("there is no app".into()))
    }
}

impl Watch for Bare {
    fn drain(&self) -> (Vec<(DateTime<Utc>, WatchEvent)>, bool) {
        (vec![], true)
    }
}

impl Journal for Bare {
    fn line(&mut self, _: &Value) -> Result<(), String> {
        Err("nothing may be written".into())
    }
}

/// A folder that keeps which steps were done each time, and names the files of each bundle.
#[derive(Default)]
struct Kept(Vec<Vec<String>>);

impl Folder for Kept {
    type Sealed = (String, Vec<String>);

    fn keep(&mut self, state: &State) -> Result<(), Fault> {
        self.0.push(state.done.clone());
        Ok(())
    }
    fn actions(&self) -> Result<Vec<u8>, Fault> {
        Ok(vec![])
    }
    fn spool(&self) -> Result<Box<dyn Spool>, Fault> {
        Ok(Box::<Memory>::default())
    }
    fn seal(&self, point: &str, files: &mut dyn FnMut(Put<'_>) -> Result<Outline, CaptureError>) -> Result<Self::Sealed, Fault> {
        let mut names = Vec::new();
        files(&mut |name, _| names.push(name))?;
        Ok((point.to_owned(), names))
    }
}

/// Walks from this state; gives what was told, and which steps were done each time that was kept.
fn walked(state: State) -> (Vec<String>, Vec<Vec<String>>) {
    let (config, redactor) = (Config::default(), Redactor::new(&[7; 32]));
    let (layers, rules) = (config.layers().unwrap(), Rules::new(&[]).unwrap());
    let mut told = Vec::new();
    let mut proof = Proof {
        session: Session {
            api: &Bare,
            server: "https://bare",
            hub: None,
            reach: &Bare,
            clock: &Bare,
            config: &config,
            layers: &layers,
            rules: &rules,
            redactor: &redactor,
            progress: &|_| {},
        },
        probes: &[],
        options: Options::of(Stamp { run: "r".into(), nonce: None, user: "ann".into() }),
        times: Times::default(),
        folder: Kept::default(),
        journal: &mut Bare,
        told: &mut |news: News<'_, (String, Vec<String>)>| match news {
            News::Step { nth, of, step } => told.push(format!("{nth}/{of} {}", step.name())),
            News::Captured(captured) => {
                let (point, files) = &captured.sealed;
                let beside: Vec<&str> = files.iter().map(|f| &**f).filter(|f| ["watch.jsonl", "actions.jsonl"].contains(f)).collect();
                told.push(format!("{point} {}", beside.join(" ")));
            }
            News::Failed(ProveError::Switch(_)) => told.push("failed".into()),
            _ => {}
        },
        state,
    };
    let watched = proof.watch(&Bare).unwrap();
    assert!(!proof.walk(&Bare, watched, Duration::from_secs(5)).unwrap());
    let kept = proof.folder.0;
    (told, kept)
}

#[test]
fn a_turn_that_fails_is_told_and_the_run_ends_with_the_point_after_it() {
    let (told, kept) = walked(State::begin(Goal::RoundTrip, None, None, DateTime::UNIX_EPOCH));
    assert_eq!(kept, [vec!["before"], vec!["before", "off"]]);
    assert_eq!(told, ["1/5 before", "before ", "2/5 switch-off", "failed", "3/5 off", "off watch.jsonl actions.jsonl"]);
}

#[test]
fn a_run_that_is_gone_on_with_takes_the_failed_turn_again_and_captures_the_point_after_it_anew() {
    let done = ["before", "off"].map(str::to_owned).to_vec();
    let failed = State { done, ..State::begin(Goal::RoundTrip, None, None, DateTime::UNIX_EPOCH) };
    let (told, kept) = walked(failed.resumed(DateTime::UNIX_EPOCH));
    assert_eq!(kept, [["before", "off"]]);
    assert_eq!(told, ["2/5 switch-off", "failed", "3/5 off", "off watch.jsonl actions.jsonl"]);
}
