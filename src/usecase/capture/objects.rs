//! All objects of a snapshot, sorted by key, one for each key: indexes in memory, content in the spool.
use crate::kinds::Rules;
use crate::model::{ByKey, Gap, KeyRef, Object, Objects, Reason};
use crate::usecase::capture::collected::{CaptureError, List};
use crate::usecase::capture::intake::read;
use crate::usecase::capture::packed::{PackedList, PackedObject};
use crate::usecase::capture::spool::Spool;
use crate::value::Value;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};

pub struct PackedObjects<'a> {
    spool: &'a dyn Spool,
    lists: Vec<PackedList>,
    /// The file of each list, for messages.
    files: Vec<String>,
    /// The plural of each kind of each list.
    plurals: Vec<Vec<String>>,
    /// (list, object), sorted by key.
    order: Vec<(u32, u32)>,
    by_key: ByKey,
    /// Whether an object could not be read back.
    lost: AtomicBool,
}

impl<'a> PackedObjects<'a> {
    /// Sorts the objects of all lists. Of two versions of one uid the newer is kept, and a gap reports that.
    ///
    /// # Errors
    /// If two different objects have one key.
    pub(super) fn new(
        lists: Vec<List<PackedList>>,
        rules: &Rules,
        spool: &'a dyn Spool,
        gaps: &mut Vec<Gap>,
    ) -> Result<Self, CaptureError> {
        let plurals = plurals(&lists);
        let closed = |mut list: List<PackedList>| {
            list.items.close();
            (list.file, list.items)
        };
        let (files, lists): (Vec<String>, Vec<PackedList>) = lists.into_iter().map(closed).unzip();
        let plural = |(group, kind): &(String, String)| {
            plurals.get(&(group.clone(), kind.clone())).cloned().unwrap_or_else(|| rules.plural(group, kind))
        };
        let plurals = lists.iter().map(|s| s.kinds.iter().map(plural).collect()).collect();
        let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        let mut order: Vec<(u32, u32)> =
            lists.iter().enumerate().flat_map(|(list, s)| s.packed().map(move |object| (number(list), number(object)))).collect();
        let mut this = Self { spool, lists, files, plurals, order: Vec::new(), by_key: ByKey::default(), lost: AtomicBool::new(false) };
        order.sort_by(|a, b| this.key_at(*a).cmp(&this.key_at(*b)));
        let mut kept: Vec<(u32, u32)> = Vec::with_capacity(order.len());
        for new in order {
            match kept.last_mut() {
                Some(old) if this.key_at(*old) == this.key_at(new) => *old = this.either(*old, new, gaps)?,
                _ => kept.push(new),
            }
        }
        this.order = kept;
        this.by_key = ByKey::of(&this);
        Ok(this)
    }

    fn find_slot(&self, (list, object): (u32, u32)) -> Option<(&PackedList, &PackedObject)> {
        let list = self.lists.get(usize::try_from(list).ok()?)?;
        Some((list, list.object(usize::try_from(object).ok()?)?))
    }

    fn key_at(&self, at: (u32, u32)) -> KeyRef<'_> {
        self.find_slot(at).map(|(list, object)| list.key(object)).unwrap_or_default()
    }

    fn plural_at(&self, at: (u32, u32)) -> &str {
        let kinds = usize::try_from(at.0).ok().and_then(|list| self.plurals.get(list));
        kinds.zip(self.find_slot(at)).and_then(|(kinds, (list, object))| kinds.get(list.kind_of(object))).map_or("", String::as_str)
    }

    fn object(&self, at: (u32, u32), lean: bool) -> Option<Object> {
        let (list, object) = self.find_slot(at)?;
        let from = if lean { object.at } else { object.at + u64::from(object.lean) };
        let Some(value) = read(self.spool, from, if lean { object.lean } else { object.whole }) else {
            self.lost.store(true, Ordering::Relaxed);
            return None;
        };
        let file = usize::try_from(at.0).ok().and_then(|list| self.files.get(list)).cloned().unwrap_or_default();
        Some(Object {
            key: list.key(object).to_key(),
            plural: self.plural_at(at).to_owned(),
            uid: list.uid(object).to_owned(),
            value,
            file,
        })
    }

    /// Which of two answers with one key is kept: of two versions of one uid the newer, with a gap `torn`.
    fn either(&self, first: (u32, u32), second: (u32, u32), gaps: &mut Vec<Gap>) -> Result<(u32, u32), CaptureError> {
        let (Some(old), Some(new)) = (self.object(first, false), self.object(second, false)) else { return Ok(first) };
        let part = |o: &Object, p: &str| o.value.pointer(p).and_then(Value::as_str).unwrap_or("").to_owned();
        let version = |o: &Object| part(o, "/metadata/resourceVersion").parse::<u64>().unwrap_or(0);
        if plain(&old.value) == plain(&new.value) {
            return Ok(first);
        }
        let same = !new.uid.is_empty() && old.uid == new.uid;
        if same && part(&old, "/apiVersion") != part(&new, "/apiVersion") {
            // One object at two API versions: the later version (v2 after v1) is kept.
            return Ok(if part(&new, "/apiVersion") > part(&old, "/apiVersion") { second } else { first });
        }
        if same && version(&old) != version(&new) {
            let detail = format!("{}: two versions of one object, in {} and in {}; the newer is kept", new.key, old.file, new.file);
            let namespace = Some(new.key.namespace.clone()).filter(|n| !n.is_empty());
            let newer = if version(&new) > version(&old) { second } else { first };
            gaps.push(Gap::of(new.key.group, new.plural, namespace, Reason::Torn, detail));
            return Ok(newer);
        }
        Err(CaptureError::Twice { key: Box::new(new.key), first: old.file, second: new.file })
    }

    /// What went wrong with the spool, if anything: then nothing may be sealed.
    pub(super) fn fault(&self) -> Option<String> {
        self.spool.fault().or_else(|| self.lost.load(Ordering::Relaxed).then(|| "an object that was kept can't be read back".into()))
    }
}

impl Objects for PackedObjects<'_> {
    fn len(&self) -> usize {
        self.order.len()
    }
    fn key(&self, at: usize) -> KeyRef<'_> {
        self.order.get(at).map(|at| self.key_at(*at)).unwrap_or_default()
    }
    fn plural(&self, at: usize) -> &str {
        self.order.get(at).map_or("", |at| self.plural_at(*at))
    }
    fn uid(&self, at: usize) -> &str {
        self.order.get(at).and_then(|at| self.find_slot(*at)).map_or("", |(list, object)| list.uid(object))
    }
    fn lean(&self, at: usize) -> Option<Cow<'_, Object>> {
        self.object(*self.order.get(at)?, true).map(Cow::Owned)
    }
    fn whole(&self, at: usize) -> Option<Cow<'_, Object>> {
        self.object(*self.order.get(at)?, false).map(Cow::Owned)
    }
    fn find(&self, key: KeyRef<'_>) -> Option<usize> {
        self.by_key.find(self, key)
    }
}

/// Plurals from the source's own CustomResourceDefinitions and from lists of one kind.
fn plurals(lists: &[List<PackedList>]) -> BTreeMap<(String, String), String> {
    let mut out = BTreeMap::new();
    for list in lists {
        if let (Some(resource), [kind]) = (&list.resource, &*list.items.kinds) {
            out.insert(kind.clone(), resource.clone());
        }
        for (group, kind, plural) in &list.items.made {
            out.insert((group.clone(), kind.clone()), plural.clone());
        }
    }
    out
}

/// An object without the fields that only some clients show.
fn plain(value: &Value) -> Value {
    let mut value = value.clone();
    if let Some(meta) = value.get_mut("metadata").and_then(Value::as_object_mut) {
        meta.remove("managedFields");
        meta.remove("selfLink");
    }
    value
}

#[cfg(test)]
mod tests {
    use crate::bundle::config::Config;
    use crate::canon::redact::Redactor;
    use crate::kinds::Rules;
    use crate::model::{Objects as _, Reason, Source};
    use crate::usecase::capture::collected::{CaptureError, Collected, List};
    use crate::usecase::capture::intake::Intake;
    use crate::usecase::capture::snapshot;
    use crate::usecase::capture::spool::{Memory, Spool};
    use crate::value::{Value, json};

    fn collected(lists: Vec<Vec<Value>>) -> Collected {
        let beside = |i, items| List::beside(format!("{i}.json"), String::new(), Some("pods".into()), items);
        let list = |(i, items): (usize, Vec<Value>)| List { is_question: true, ..beside(i, items) };
        Collected::of(Source::Dump, lists.into_iter().enumerate().map(list).collect())
    }

    fn pod(name: &str, uid: &str, version: &str) -> Value {
        json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"namespace": "a", "name": name, "uid": uid, "resourceVersion": version}})
    }

    /// Names and versions of the stored objects, and the reasons of gaps.
    fn kept(lists: Vec<Vec<Value>>, spool: &dyn Spool) -> Result<(Vec<String>, Vec<Reason>), CaptureError> {
        let (redactor, rules) = (Redactor::new(&[7; 32]), Rules::new(&[]).unwrap());
        let intake = Intake { redactor: &redactor, rules: &rules, layers: &[], config: &Config::default(), spool };
        let snapshot = snapshot(collected(lists).through(&intake), &intake)?;
        let one = |at: usize| {
            let version = snapshot.objects.whole(at).unwrap().value["metadata"]["resourceVersion"].as_str().unwrap().to_owned();
            format!("{}@{version}", snapshot.objects.key(at).name)
        };
        Ok(((0..snapshot.objects.len()).map(one).collect(), snapshot.gaps.iter().map(|g| g.reason).collect()))
    }

    #[test]
    fn of_two_answers_of_one_key_one_is_kept_whatever_their_order() {
        let (old, new) = (pod("p", "u", "7"), pod("p", "u", "8"));
        let torn = (vec!["o@1".to_owned(), "p@8".to_owned()], vec![Reason::Torn]);
        assert_eq!(kept(vec![vec![old.clone()], vec![new.clone(), pod("o", "v", "1")]], &Memory::default()).unwrap(), torn);
        assert_eq!(kept(vec![vec![new.clone(), pod("o", "v", "1")], vec![old.clone()]], &Memory::default()).unwrap(), torn);
        let mut shown = new.clone();
        shown["metadata"]["managedFields"] = json!([{"manager": "kubectl"}]);
        assert_eq!(kept(vec![vec![new.clone()], vec![shown]], &Memory::default()).unwrap(), (vec!["p@8".to_owned()], vec![]));
        let other = pod("p", "w", "8");
        assert!(matches!(kept(vec![vec![new], vec![other]], &Memory::default()), Err(CaptureError::Twice { .. })));
    }

    #[test]
    fn a_plural_names_one_kind() {
        let mut other = pod("p", "u", "7");
        other["kind"] = json!("Aaa");
        let said = kept(vec![vec![other], vec![pod("q", "v", "8")]], &Memory::default()).unwrap_err().to_string();
        assert!(said.starts_with("Aaa a/p and Pod a/q are both taken for kinds named pods"), "{said}");
    }

    #[test]
    fn an_object_that_would_not_read_back_is_a_gap() {
        let mut forged = pod("p", "u", "7");
        forged["data"] = json!({"$serde_json::private::Number": "1", "a": ""});
        let found = kept(vec![vec![forged, pod("q", "v", "8")]], &Memory::default()).unwrap();
        assert_eq!(found, (vec!["q@8".to_owned()], vec![Reason::Unreadable]));
    }

    /// Forgets everything and reports no fault.
    struct Forgetful;

    impl Spool for Forgetful {
        fn put(&self, _: &[&[u8]]) -> u64 {
            0
        }
        fn get(&self, _: u64, _: usize) -> Vec<u8> {
            Vec::new()
        }
        fn fault(&self) -> Option<String> {
            None
        }
    }

    #[test]
    fn nothing_is_made_of_objects_that_are_lost() {
        let app = json!({"apiVersion": "argoproj.io/v1alpha1", "kind": "Application", "metadata": {"namespace": "a", "name": "b"}});
        let lost = kept(vec![vec![app]], &Forgetful);
        assert!(matches!(lost, Err(CaptureError::Spool(_))));
    }
}
