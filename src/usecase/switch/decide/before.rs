//! What the layer's Applications were like before it went, as it is read, and as the journal of an OFF and the folder of a run keep it. Pure.
use crate::argo::{Here, control_namespace};
use crate::model::{Key, Layer, Object, Role};
use crate::usecase::switch::{View, Was};
use serde::Deserialize as _;
use serde_json::Value;
use std::collections::BTreeMap;

/// What the root and the Applications below it are like.
pub fn of(view: &View) -> BTreeMap<Key, Was> {
    view.family().map(|o| (o.key.clone(), Was::of(&o.value))).collect()
}

/// The same, of the objects of an earlier bundle; nothing where the layer was not on in it.
pub fn of_objects(mut objects: Vec<Object>, layers: &[Layer], here: &Here) -> BTreeMap<Key, Was> {
    let Some(layer) = layers.iter().find(|l| l.role == Role::Switched) else { return BTreeMap::new() };
    objects.retain(|o| o.key.group == "argoproj.io" || o.key.kind == "ConfigMap");
    objects.sort_by(|a, b| a.key.cmp(&b.key));
    let control = control_namespace(&&*objects, layers, &layer.name);
    let view = View::new(layer.clone(), layers, here, control, 0, objects, vec![]);
    view.filter(|v| !v.members().is_empty()).map_or_else(BTreeMap::new, |v| of(&v))
}

/// The same, as the journal of an OFF has it; none of another journal.
pub fn of_journal(text: &str) -> Option<BTreeMap<Key, Was>> {
    text.lines().find_map(|line| serde_json::from_str::<Value>(line).ok()?.get("before").and_then(read))
}

/// As the journal and the folder of a run keep it: by `namespace/name`.
pub fn kept(before: &BTreeMap<Key, Was>) -> BTreeMap<String, Was> {
    before.iter().map(|(key, was)| (key.place(), was.clone())).collect()
}

/// What [`kept`] gave.
pub fn given_back(kept: &BTreeMap<String, Was>) -> BTreeMap<Key, Was> {
    let split = kept.iter().filter_map(|(place, was)| Some((place.split_once('/')?, was)));
    split.map(|((namespace, name), was)| (Key::new("argoproj.io", "Application", namespace, name), was.clone())).collect()
}

fn read(value: &Value) -> Option<BTreeMap<Key, Was>> {
    BTreeMap::<String, Was>::deserialize(value).ok().map(|kept| given_back(&kept))
}

#[cfg(test)]
mod tests {
    use super::{kept, of_journal};
    use crate::model::Key;
    use crate::usecase::switch::Was;
    use serde_json::json;
    use std::collections::BTreeMap;

    #[test]
    fn a_journal_gives_back_what_was_kept_in_it() {
        let key = Key::new("argoproj.io", "Application", "argocd", "store");
        let before = BTreeMap::from([(key, Was { sync: "Synced".into(), health: "Degraded".into(), never_synced: false })]);
        let line = json!({"stage": "intent", "before": kept(&before)});
        assert_eq!(of_journal(&format!("{{\"stage\":\"cut\n{line}\n")), Some(before));
        assert_eq!(of_journal("{\"stage\":\"intent\"}\n"), None);
    }
}
