//! The addresses of Services that were made anew: who was told the old one before and is told the new one now is told the same (Rook 1.17,
//! pkg/operator/ceph/cluster/mon/spec.go: `--public-addr`). Knows no claim.
use crate::claims::Evidence;
use crate::compare::{Change, ChangeKind, CompareError};
use crate::model::meta;
use crate::value::Value;
use std::collections::BTreeMap;

/// Address → whose it is, before and after.
#[derive(Default)]
pub(super) struct Addresses {
    before: BTreeMap<String, String>,
    after: BTreeMap<String, String>,
}

impl Addresses {
    /// Of the Services that are another instance in the second bundle than in the first.
    pub(super) fn find(e: &Evidence<'_>, (a, b): (usize, usize)) -> Result<Self, CompareError> {
        let mut this = Self::default();
        for (spot, x) in e.instances.in_bundle(a).filter(|(s, _)| s.stem == "services") {
            let Some(y) = e.instances.at(spot, b).filter(|y| y.uid != x.uid) else { continue };
            let whose = format!("{}/{}", spot.namespace, spot.name);
            this.before.extend(of(&e.whole(spot, x, a)?, &whose));
            this.after.extend(of(&e.whole(spot, y, b)?, &whose));
        }
        Ok(this)
    }

    /// The change of an object that was made anew, without the fields that only hold the new address of a Service in the place of its old one.
    /// What Git has is the same before and after.
    pub(super) fn without(&self, e: &Evidence<'_>, mut change: Change) -> Change {
        if change.kind == ChangeKind::Modified && change.recreated && !self.before.is_empty() && !e.is_marked(&change.spot) {
            let renamed = |value: &Option<Value>, of: &BTreeMap<String, String>| {
                value.as_ref().map(|v| v.with_texts(&|text| Value::from(named(text, of))))
            };
            change.fields.retain(|f| renamed(&f.before, &self.before) != renamed(&f.after, &self.after));
            change.kind = if change.fields.is_empty() { ChangeKind::Replaced } else { change.kind };
        }
        change
    }
}

/// The addresses of a Service, within the cluster and from outside, each with whose it is and which of them.
fn of(service: &Value, whose: &str) -> Vec<(String, String)> {
    let inner = meta::list(service, "/spec/clusterIPs").chain(service.pointer("/spec/clusterIP")).filter_map(Value::as_str);
    let outer = meta::list(service, "/status/loadBalancer/ingress").flat_map(|one| [meta::text(one, "/ip"), meta::text(one, "/hostname")]);
    let numbered = |kind: &str, (i, address): (usize, &str)| (address.to_owned(), format!("<{kind}/{i}/{whose}>"));
    let inner = inner.filter(|address| *address != "None").enumerate().map(|one| numbered("inner", one));
    let outer = outer.enumerate().map(|one| numbered("outer", one));
    // The first of the list is the single one.
    let mut all: BTreeMap<String, String> = BTreeMap::new();
    for (address, name) in inner.chain(outer).filter(|(address, _)| !address.is_empty()) {
        all.entry(address).or_insert(name);
    }
    all.into_iter().collect()
}

/// A text with the names in the places of the addresses that stand there by themselves: `10.0.0.1` is no part of `10.0.0.12`.
fn named(text: &str, names: &BTreeMap<String, String>) -> String {
    let mut out = text.to_owned();
    for (address, name) in names.iter().filter(|(address, _)| text.contains(address.as_str())) {
        let joins = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == ':' && address.contains(':');
        let mut done = String::with_capacity(out.len());
        let mut rest = out.as_str();
        while let Some((start, tail)) = rest.split_once(address.as_str()) {
            let is_begun = start.ends_with(|c| joins(c) || c == '.') || start.is_empty() && done.ends_with(|c| joins(c) || c == '.');
            let is_open = tail.starts_with(joins) || tail.strip_prefix('.').is_some_and(|tail| tail.starts_with(joins));
            done.extend([start, if is_begun || is_open { address } else { name }]);
            rest = tail;
        }
        done.push_str(rest);
        out = done;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::named;
    use std::collections::BTreeMap;

    #[test]
    fn an_address_in_a_text_is_that_of_its_service_and_part_of_another_address_is_not() {
        let names: BTreeMap<String, String> =
            [("10.96.7.1", "a"), ("fd00::1", "b")].map(|(at, name)| (at.to_owned(), name.to_owned())).into();
        let of = |text: &str| named(text, &names);
        assert_eq!(of("--mon-host=[v2:10.96.7.1:3300,10.96.7.1:6789]"), "--mon-host=[v2:a:3300,a:6789]");
        assert_eq!(of("10.96.7.10 110.96.7.1 10.96.7.1"), "10.96.7.10 110.96.7.1 a");
        assert_eq!(of("http://10.96.7.1/x [fd00::1]:80 fd00::12"), "http://a/x [b]:80 fd00::12");
    }
}
