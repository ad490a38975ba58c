//! What the demo holds when it starts: the objects of a settled platform, and the content of its Git repository. Knows no controller.
pub mod git;

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use flate2::read::GzDecoder;
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::io::{self, Read};

use git::Git;

/// Made by `make-platform` from the dump of a real cluster.
const PLATFORM: &[u8] = include_bytes!("platform.jsonl.gz");

/// Objects that go with the switched layer: made-up data, which a demo may lose. In the form that `--allow-loss` takes.
pub const LOSSES: [&str; 2] = ["PersistentVolume/feast-registry-dev", "PersistentVolumeClaim/feast-dev/feast-registry"];

/// Ends the version that the platform's API server gives: nobody is to take it for a cluster.
pub const SIMULATED: &str = "+simulated";

/// What a demo starts with.
#[derive(Debug)]
pub struct Seed {
    /// Every object, with its own uid; times are moved so that the platform seems to be recorded just now.
    pub objects: Vec<Value>,
    /// What Argo CD would render.
    pub git: Git,
    /// The answer to `/version`.
    pub version: Value,
}

/// The platform at the time `now`. Two seeds with the same `salt` have the same uids.
///
/// # Errors
/// If the built-in file can't be read.
pub fn seed(now: DateTime<Utc>, salt: &[u8]) -> io::Result<Seed> {
    changed(now, salt, |_| {})
}

/// The same with a change of the recording, which Git then holds too.
///
/// # Errors
/// If the built-in file can't be read.
pub fn changed(now: DateTime<Utc>, salt: &[u8], mut change: impl FnMut(&mut Value)) -> io::Result<Seed> {
    let mut text = String::new();
    GzDecoder::new(PLATFORM).read_to_string(&mut text)?;
    let mut lines = text.lines();
    let mut head: Value = serde_json::from_str(lines.next().unwrap_or_default())?;
    let taken = head["taken"].as_str().and_then(time);
    let later = taken.map_or(TimeDelta::zero(), |t| now - t);
    let mut objects = lines.map(serde_json::from_str).collect::<Result<Vec<Value>, _>>()?;
    for object in &mut objects {
        renew(object, later, salt);
        change(object);
    }
    let hooks: BTreeMap<String, Vec<Value>> = serde_json::from_value(head["hooks"].take())?;
    let git = Git::of(&objects, hooks);
    let mut version = head["version"].take();
    if let Some(git) = version["gitVersion"].as_str() {
        version["gitVersion"] = format!("{git}{SIMULATED}").into();
    }
    Ok(Seed { objects, git, version })
}

/// Moves times by `later` and turns `@N` into a uid.
fn renew(value: &mut Value, later: TimeDelta, salt: &[u8]) {
    match value {
        Value::Object(map) => map.values_mut().for_each(|v| renew(v, later, salt)),
        Value::Array(list) => list.iter_mut().for_each(|v| renew(v, later, salt)),
        Value::String(text) => {
            if let Some(number) = text.strip_prefix('@').filter(|n| n.bytes().all(|b| b.is_ascii_digit())) {
                *text = uid(salt, number);
            } else if let Some(moment) = time(text) {
                let digits = if text.contains('.') { SecondsFormat::Micros } else { SecondsFormat::Secs };
                *text = (moment + later).to_rfc3339_opts(digits, true);
            }
        }
        _ => {}
    }
}

fn time(text: &str) -> Option<DateTime<Utc>> {
    let shaped = (20..=30).contains(&text.len()) && text.as_bytes().get(10) == Some(&b'T') && text.ends_with('Z');
    shaped.then(|| DateTime::parse_from_rfc3339(text).ok())?.map(|t| t.to_utc())
}

/// A uid in the form of a random one, computed from the thing that it is for.
pub fn uid(salt: &[u8], of: &str) -> String {
    let digest = Sha256::new().chain_update(salt).chain_update(of).finalize();
    let hex: String = digest.iter().take(16).map(|b| format!("{b:02x}")).collect();
    format!("{}-{}-4{}-a{}-{}", &hex[..8], &hex[8..12], &hex[13..16], &hex[17..20], &hex[20..])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        time(text).unwrap()
    }

    #[test]
    fn the_platform_was_recorded_just_now() {
        let now = at("2030-01-02T03:04:05Z");
        let seed = seed(now, b"a").unwrap();
        let made: Vec<_> = seed.objects.iter().filter_map(|o| time(o["metadata"]["creationTimestamp"].as_str()?)).collect();
        assert_eq!(made.len(), seed.objects.len());
        assert!(made.iter().all(|t| *t <= now && now - *t < TimeDelta::minutes(10)));
    }

    #[test]
    fn owners_are_found_by_their_new_uids() {
        let objects = seed(at("2030-01-02T03:04:05Z"), b"a").unwrap().objects;
        let uids: std::collections::BTreeSet<&str> = objects.iter().filter_map(|o| o["metadata"]["uid"].as_str()).collect();
        assert_eq!(uids.len(), objects.len());
        let owners = objects.iter().flat_map(|o| o["metadata"]["ownerReferences"].as_array().into_iter().flatten());
        let mut seen = 0;
        for owner in owners {
            seen += 1;
            assert!(uids.contains(owner["uid"].as_str().unwrap()), "{owner}");
        }
        assert!(seen > 100);
    }

    #[test]
    fn two_demos_are_two_clusters() {
        let now = at("2030-01-02T03:04:05Z");
        let system = |salt: &[u8]| {
            let objects = seed(now, salt).unwrap().objects;
            objects.iter().find(|o| o["kind"] == "Namespace" && o["metadata"]["name"] == "kube-system").unwrap()["metadata"]["uid"].clone()
        };
        assert_eq!(system(b"a"), system(b"a"));
        assert_ne!(system(b"a"), system(b"b"));
    }
}
