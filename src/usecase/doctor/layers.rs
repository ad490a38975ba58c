//! The layers of the configuration in force, held against what is there: each one's root, its mode, what hangs below it.
use crate::argo::{Apps, Here, Mode, resources};
use crate::model::{Key, Layer, Object, Objects as _, Role, meta};
use crate::usecase::capture::live::Platform;
use crate::usecase::doctor::argo::few;
use crate::usecase::doctor::{Code, Line};
use crate::usecase::init;

/// A line a layer.
pub(super) fn lines(layers: &[Layer], here: &Here, seen: &Platform) -> Vec<Line> {
    let unseen = seen.gaps.iter().any(|g| g.group == "argoproj.io" && g.resource != "applicationsets");
    let objects = &*seen.objects;
    let apps = Apps::new(&objects, layers, here);
    let root = |layer: &Layer| apps.root(&layer.name).and_then(|key| seen.argo("Application").find(|o| o.key == *key));
    if layers.iter().all(|l| root(l).is_none()) {
        if unseen {
            return vec![Line::problem(Code::LayersUnseen)];
        }
        let named: Vec<String> = layers.iter().map(|l| l.root.clone()).collect();
        let there: Vec<String> = init::roots(&objects).iter().map(|r| r.key.place()).collect();
        let line = if there.is_empty() { Line::problem(Code::LayersNoRoots) } else { Line::problem(Code::LayersOtherRoots) };
        return vec![line.with("named", few(&named)).with("there", few(&there))];
    }
    let mut lines: Vec<Line> = layers
        .iter()
        .map(|layer| match root(layer) {
            Some(app) => found(layer, app, seen),
            None if unseen => Line::problem(Code::LayersRootUnseen).with("layer", &layer.name).with("root", &layer.root),
            None => Line::problem(Code::LayersRootMissing).with("layer", &layer.name).with("root", &layer.root),
        })
        .collect();
    let switched = layers.iter().find(|l| l.role == Role::Switched);
    match switched {
        None => lines.push(Line::note(Code::LayersNoSwitch)),
        Some(layer) => lines.extend(root(layer).and_then(|app| managed(app, &apps, seen))),
    }
    lines
}

fn found(layer: &Layer, app: &Object, seen: &Platform) -> Line {
    let is_child = |k: &Key| k.is_argo("Application") || k.is_argo("ApplicationSet");
    let children: Vec<_> = resources(&app.value).filter(is_child).collect();
    let lives = |o: &Object| meta::deleting(&o.value).is_none();
    let living = children.iter().filter(|k| seen.objects.iter().any(|o| o.key == **k && lives(o))).count();
    let line = if lives(app) { Line::ok(Code::LayersRoot) } else { Line::problem(Code::LayersRootDeleting) };
    line.with("layer", &layer.name)
        .with("role", layer.role.as_str())
        .with("root", app.key.place())
        .with("mode", if Mode::of(&app.value).is_manual() { "manual" } else { "automated" })
        .with("children", children.len())
        .with("living", living)
}

/// Whether somebody puts the switch back.
fn managed(switch: &Object, apps: &Apps<'_>, seen: &Platform) -> Option<Line> {
    let at = (&*seen.objects).find(switch.key.parts())?;
    let parent = apps.listing(at).filter_map(|by| seen.objects.get(by)).find(|o| o.key != switch.key)?;
    let by = &parent.key;
    matches!(Mode::of(&parent.value), Mode::Automated { self_heal: true, .. })
        .then(|| Line::note(Code::LayersSwitchManaged).with("root", switch.key.place()).with("by", by.place()))
}
