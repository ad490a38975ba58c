//! What must be so before the layer's children are removed. Each refusal names its object. Pure.
use crate::argo::{app, listed, set};
use crate::model::meta::text;
use crate::model::{Key, Object, meta};
use crate::usecase::switch::decide::removal::Removal;
use crate::usecase::switch::{Code, Fact, Scan, View};
use crate::value::Value;

/// Why the root can't be switched at all.
pub fn root(view: &View) -> Vec<Fact> {
    let Some(root) = view.root() else { return vec![Fact::new(Code::NoRoot, &view.root_key(), "")] };
    let mut out = Vec::new();
    if meta::deleting(&root.value).is_some() {
        out.push(Fact::new(Code::RootDeleting, &root.key, meta::finalizers(&root.value).join(" ")));
    }
    if app::is_skipped(&root.value) {
        out.push(Fact::new(Code::SkipReconcile, &root.key, ""));
    }
    out.extend(generator(root).map(|set| Fact::new(Code::Generated, &root.key, set)));
    if let Some(layer) = view.root_in.as_ref().filter(|l| **l != view.layer.name) {
        out.push(Fact::new(Code::OtherLayer, &root.key, layer));
    }
    out
}

/// Why Applications that an ApplicationSet made would not stay gone: their set does not go, or would leave them.
pub fn generated(view: &View, removal: &Removal) -> Vec<Fact> {
    let mut out = Vec::new();
    for member in view.members() {
        let Some(name) = generator(member) else { continue };
        match view.maker(member) {
            Some(set) if removal.going.iter().any(|t| t.uid == set.uid) => {
                out.extend(set::keeps_its_applications(&set.value).map(|policy| Fact::new(Code::SetKeepsApplications, &set.key, policy)));
            }
            set => {
                let stays = set.map_or(String::new(), |set| {
                    let kept = removal.kept.iter().find(|f| f.object == set.key).map(|f| f.detail.clone());
                    let of = || view.marked(set).map_or("of no Application".to_owned(), |app| format!("of {}", app.place()));
                    format!(", {}", kept.unwrap_or_else(of))
                });
                out.push(Fact::new(Code::SetStays, &member.key, format!("{name}{stays}")));
            }
        }
    }
    out
}

/// Why the children can't be removed.
pub fn members(view: &View, scan: &Scan) -> Vec<Fact> {
    let mut out = Vec::new();
    for member in view.members() {
        let (key, value) = (&member.key, &member.value);
        let mut add = |code, detail: String| out.push(Fact::new(code, key, detail));
        if app::is_skipped(value) {
            add(Code::SkipReconcile, String::new());
        }
        if !view.here.is(value) {
            add(Code::Elsewhere, destination(value));
        }
        if view.has_project(app::project(value)) == Some(false) {
            add(Code::NoProject, app::project(value).into());
        }
        if meta::deleting(value).is_some() && !app::cascades(value) {
            add(Code::DeletingWithoutFinalizer, meta::finalizers(value).join(" "));
        }
        if app::policy_has(value, "Delete=confirm") {
            add(Code::NeedsConfirmation, "spec.syncPolicy.syncOptions".into());
        }
        // Understood since Argo CD 3.4; the child would go and leave everything.
        if app::policy_has(value, "Delete=false") {
            add(Code::KeepsItsObjects, "spec.syncPolicy.syncOptions".into());
        }
    }
    // What a root manages beside its children, in a cluster that is not looked at, would go unseen.
    if let Some(root) = view.root().filter(|r| !view.here.is(&r.value) && !view.here.is_open(&r.value)) {
        out.push(Fact::new(Code::Elsewhere, &root.key, destination(&root.value)));
    }
    if let Some(root) = view.root().filter(|r| app::policy_has(&r.value, "Prune=confirm")) {
        out.push(Fact::new(Code::NeedsConfirmation, &root.key, "spec.syncPolicy.syncOptions"));
    }
    for app in view.family() {
        out.extend(unconfirmed(app));
    }
    // Without these lists nobody knows what would be lost.
    for (kind, plural) in
        [("PersistentVolumeClaim", "persistentvolumeclaims"), ("Namespace", "namespaces"), ("Application", "applications")]
    {
        let group = if kind == "Application" { "argoproj.io" } else { "" };
        out.extend(scan.gap(group, plural).map(|g| Fact::new(Code::UnseenKind, &Key::new(group, kind, "", "*"), &*g.detail)));
    }
    out
}

fn destination(app: &Value) -> String {
    [text(app, "/spec/destination/server"), text(app, "/spec/destination/name")].concat()
}

/// What an Application lists that is deleted only once a person confirms it.
pub fn unconfirmed(app: &Object) -> impl Iterator<Item = Fact> {
    listed(&app.value).filter(|e| e.needs_confirmation()).map(|e| Fact::new(Code::NeedsConfirmation, &e.key(), app.key.place()))
}

/// Applications that speak of the layer without hanging in it: named, never touched.
pub fn strangers(view: &View) -> Vec<Fact> {
    let listed = view.listed_apps();
    let outside = |key: &&Key| !view.is_member(key) && view.get(key).is_some();
    listed.iter().filter(outside).map(|key| Fact::new(Code::ListedNotMarked, key, "")).collect()
}

/// The Application that manages the root may put back what is changed there.
pub fn may_revert(view: &View) -> Option<Fact> {
    let manager = view.manager().filter(|m| m.self_heals && !m.ignores)?;
    Some(Fact::new(Code::MayRevert, &view.root_key(), manager.app.place()))
}

/// The ApplicationSet that makes an Application, and would make it again.
fn generator(app: &Object) -> Option<String> {
    set::maker(&app.value).map(|o| format!("{}/{}", app.key.namespace, o.name))
}
