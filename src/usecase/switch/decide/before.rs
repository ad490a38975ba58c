//! What the layer's Applications and ApplicationSets were like before it went, as it is read, and as the journal of an OFF and the folder of a run keep it. Pure.
use crate::argo::{Here, control_namespace};
use crate::model::{Key, Layer, Object, Role};
use crate::usecase::switch::{View, Was};
use crate::value::{Value, from_value};
use std::collections::BTreeMap;

const SET: &str = "ApplicationSet";

/// What the root and the Applications below it are like, and the ApplicationSets that have not made theirs.
pub fn of(view: &View) -> BTreeMap<Key, Was> {
    let apps = view.family().map(|o| (o.key.clone(), Was::of(&o.value)));
    apps.chain(view.sets().filter_map(|o| Some((o.key.clone(), Was::of_set(&o.value)?)))).collect()
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

/// As the journal and the folder of a run keep it: an Application by `namespace/name`, an ApplicationSet with its kind before that.
pub fn kept(before: &BTreeMap<Key, Was>) -> BTreeMap<String, Was> {
    let name = |key: &Key| if key.is_argo(SET) { format!("{SET}/{}", key.place()) } else { key.place() };
    before.iter().map(|(key, was)| (name(key), was.clone())).collect()
}

/// What [`kept`] gave.
pub fn given_back(kept: &BTreeMap<String, Was>) -> BTreeMap<Key, Was> {
    let key = |text: &String| {
        let (first, rest) = text.split_once('/')?;
        // No namespace has a capital letter.
        let (kind, namespace, name) =
            if first == SET { rest.split_once('/').map(|(a, b)| (SET, a, b))? } else { ("Application", first, rest) };
        Some(Key::new("argoproj.io", kind, namespace, name))
    };
    kept.iter().filter_map(|(text, was)| Some((key(text)?, was.clone()))).collect()
}

fn read(value: &Value) -> Option<BTreeMap<Key, Was>> {
    from_value::<BTreeMap<String, Was>>(value.clone()).ok().map(|kept| given_back(&kept))
}

#[cfg(test)]
mod tests {
    use super::{kept, of_journal};
    use crate::model::Key;
    use crate::usecase::switch::Was;
    use crate::usecase::switch::was::Unmade;
    use crate::value::json;
    use std::collections::BTreeMap;

    #[test]
    fn a_journal_gives_back_what_was_kept_in_it() {
        let key = |kind: &str| Key::new("argoproj.io", kind, "argocd", "store");
        let app = Was { sync: "Synced".into(), health: "Degraded".into(), ..Was::default() };
        let set = Was { unmade: Some(Unmade::Failed), ..Was::default() };
        let before = BTreeMap::from([(key("Application"), app), (key("ApplicationSet"), set)]);
        let line = json!({"stage": "intent", "before": kept(&before)});
        assert_eq!(of_journal(&format!("{{\"stage\":\"cut\n{line}\n")), Some(before));
        assert_eq!(of_journal("{\"stage\":\"intent\"}\n"), None);
    }
}
