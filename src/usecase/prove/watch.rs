//! From what a watch of pods brings to the lines of `watch.jsonl`: a segment from each point of a proof to the next.
use crate::bundle::watch::{Pod, Seen};
use crate::canon::json;
use crate::model::meta::{self, list, text};
use crate::usecase::cluster::port::{WatchEvent, stamp};
use crate::value::Value;
use chrono::{DateTime, Utc};
use std::collections::BTreeMap;

/// The pods as they were last seen, and since when the present segment runs.
pub struct Watched {
    from: DateTime<Utc>,
    at_start: BTreeMap<String, Pod>,
    pods: BTreeMap<String, Pod>,
    lines: Vec<Seen>,
}

impl Watched {
    /// Begins with nothing seen. The first answer of the watch must be its list.
    pub fn new(now: DateTime<Utc>) -> Self {
        Self { from: now, at_start: BTreeMap::new(), pods: BTreeMap::new(), lines: Vec::new() }
    }

    pub fn take(&mut self, events: Vec<(DateTime<Utc>, WatchEvent)>) {
        for (time, event) in events {
            match event {
                WatchEvent::Is(object) => self.see(time, &object, false),
                WatchEvent::Gone(object) => self.see(time, &object, true),
                WatchEvent::Gap(detail) => self.lines.push(Seen::Gap { time: stamp(time), detail }),
                WatchEvent::Listed(objects) => {
                    let uids: Vec<&str> = objects.iter().filter_map(|o| o.pointer("/metadata/uid")?.as_str()).collect();
                    let gone: Vec<Pod> = self.pods.values().filter(|p| !uids.contains(&&*p.uid)).cloned().collect();
                    for pod in gone {
                        self.pods.remove(&pod.uid);
                        self.lines.push(Seen::Pod(Pod { time: stamp(time), gone: true, ..pod }));
                    }
                    objects.iter().for_each(|o| self.see(time, o, false));
                }
            }
        }
    }

    pub fn sample(&mut self, sample: Seen) {
        self.lines.push(sample);
    }

    fn see(&mut self, time: DateTime<Utc>, object: &Value, gone: bool) {
        let pod = Pod { gone, ..pod(time, object) };
        let same = self.pods.get(&pod.uid).is_some_and(|old| Pod { time: pod.time.clone(), ..old.clone() } == pod);
        if gone {
            self.pods.remove(&pod.uid);
        } else {
            self.pods.insert(pod.uid.clone(), pod.clone());
        }
        if !same {
            self.lines.push(Seen::Pod(pod));
        }
    }

    /// Ends the segment and begins the next one; `connected` is whether the watch stands now.
    pub fn segment(&mut self, now: DateTime<Utc>, connected: bool) -> Vec<u8> {
        let mut lines = vec![Seen::From { time: stamp(self.from) }];
        lines.extend(self.at_start.values().map(|p| Seen::Pod(Pod { time: stamp(self.from), ..p.clone() })));
        lines.append(&mut self.lines);
        if !connected {
            lines.push(Seen::Gap { time: stamp(now), detail: "the watch was not connected at the end of this segment".into() });
        }
        lines.push(Seen::Until { time: stamp(now) });
        (self.from, self.at_start) = (now, self.pods.clone());
        json::lines(&lines).unwrap_or_default()
    }
}

fn pod(time: DateTime<Utc>, object: &Value) -> Pod {
    let owner = meta::controller(object);
    Pod {
        time: stamp(time),
        namespace: text(object, "/metadata/namespace").into(),
        name: text(object, "/metadata/name").into(),
        uid: meta::uid(object).into(),
        owner_kind: owner.map_or("", |o| o.kind).into(),
        owner: owner.map_or("", |o| o.uid).into(),
        ready: list(object, "/status/conditions").any(|c| text(c, "/type") == "Ready" && text(c, "/status") == "True"),
        restarts: list(object, "/status/containerStatuses").filter_map(|c| c.get("restartCount")?.as_u64()).sum(),
        deleting: meta::deleting(object).is_some(),
        gone: false,
    }
}

#[cfg(test)]
mod tests {
    use super::Watched;
    use crate::usecase::cluster::port::WatchEvent;
    use crate::value::{Value, json};

    fn pod(uid: &str, ready: &str) -> Value {
        json!({"metadata": {"namespace": "a", "name": uid, "uid": uid}, "status": {"conditions": [{"type": "Ready", "status": ready}]}})
    }

    fn lines(segment: &[u8]) -> Vec<String> {
        let one = |l: &str| {
            let v: Value = serde_json::from_str(l).unwrap();
            let text = |k: &str| v[k].as_str().unwrap_or_default().to_owned();
            format!("{} {} {}{}", text("event"), text("uid"), v["ready"], if v["gone"] == true { " gone" } else { "" })
        };
        std::str::from_utf8(segment).unwrap().lines().map(one).collect()
    }

    #[test]
    fn a_segment_begins_with_the_pods_that_are_there_and_holds_only_what_changed() {
        let now = chrono::DateTime::UNIX_EPOCH;
        let mut watched = Watched::new(now);
        watched.take(vec![(now, WatchEvent::Listed(vec![pod("x", "True"), pod("y", "True")]))]);
        assert_eq!(lines(&watched.segment(now, true)), ["from  null", "pod x true", "pod y true", "until  null"]);
        watched.take(vec![(now, WatchEvent::Is(Box::new(pod("x", "True")))), (now, WatchEvent::Is(Box::new(pod("x", "False"))))]);
        watched.take(vec![(now, WatchEvent::Gone(Box::new(pod("y", "True"))))]);
        let second = lines(&watched.segment(now, false));
        assert_eq!(second, ["from  null", "pod x true", "pod y true", "pod x false", "pod y true gone", "gap  null", "until  null"]);
    }

    #[test]
    fn what_a_new_list_lacks_went_unseen() {
        let now = chrono::DateTime::UNIX_EPOCH;
        let mut watched = Watched::new(now);
        watched.take(vec![(now, WatchEvent::Listed(vec![pod("x", "True")])), (now, WatchEvent::Gap("expired".into()))]);
        watched.take(vec![(now, WatchEvent::Listed(vec![pod("z", "True")]))]);
        let all = lines(&watched.segment(now, true));
        assert_eq!(all, ["from  null", "pod x true", "gap  null", "pod x true gone", "pod z true", "until  null"]);
    }
}
