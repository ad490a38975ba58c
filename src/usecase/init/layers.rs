//! Which of the roots become layers, and what the layers are called.
use crate::bundle::config::Config;
use crate::model::{Key, Layer, PLATFORM, Role};
use crate::usecase::init::Root;

/// How far below the topmost root a root still becomes a layer by itself. What hangs deeper belongs to the layer above it.
const DEPTH: usize = 1;

/// The layers of a platform: its topmost roots, the roots directly below them, and the switched one wherever it hangs. What hangs below the
/// switched root goes with it, and is no layer of its own.
pub fn layers(roots: &[Root], switched: Option<&Key>) -> Vec<Layer> {
    let mut out: Vec<Layer> = Vec::new();
    for root in roots {
        let is_switched = switched == Some(&root.key);
        let above = above(roots, root);
        let goes = above.iter().any(|key| Some(*key) == switched);
        if is_switched || !goes && above.len() <= DEPTH {
            let role = if is_switched { Role::Switched } else { Role::Protected };
            let name = name(root, &out);
            let (root, root_namespace) = (root.key.name.clone(), Some(root.key.namespace.clone()));
            out.push(Layer { name, role, root, root_namespace, namespaces: Vec::new() });
        }
    }
    out
}

/// The roots above a root, the nearest first.
fn above<'a>(roots: &'a [Root], root: &'a Root) -> Vec<&'a Key> {
    let mut out: Vec<&Key> = Vec::new();
    let mut at = root.above.as_ref();
    while let Some(key) = at.filter(|key| !out.contains(key)) {
        out.push(key);
        at = roots.iter().find(|r| r.key == *key).and_then(|r| r.above.as_ref());
    }
    out
}

/// What evid calls the layer of this root where nothing is described; else `root-optional`, `optional-root`, `optional-apps` → `optional`;
/// otherwise the root's own name. Never a reserved name, never one twice.
fn name(root: &Root, taken: &[Layer]) -> String {
    let full = &*root.key.name;
    let known = Config::default().layers.into_iter().find(|layer| layer.root == full).map(|layer| layer.name);
    let short = full.strip_prefix("root-").or_else(|| full.strip_suffix("-root")).or_else(|| full.strip_suffix("-apps")).unwrap_or(full);
    let plain = |text: &str| text.chars().map(|c| if c.is_ascii_lowercase() || c.is_ascii_digit() { c } else { '-' }).collect::<String>();
    let names = [
        known.unwrap_or_default(),
        plain(short),
        plain(full),
        format!("{}-root", plain(full)),
        format!("{}-{}", plain(full), plain(&root.key.namespace)),
    ];
    let is_free = |name: &String| !name.is_empty() && name != PLATFORM && taken.iter().all(|l| l.name != *name);
    let counted = (2..).map(|n| format!("{}-{n}", plain(full)));
    names.into_iter().chain(counted).find(is_free).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::layers;
    use crate::model::{Key, Role};
    use crate::usecase::init::Root;

    fn key(name: &str) -> Key {
        Key::new("argoproj.io", "Application", "argocd", name)
    }

    fn root(name: &str, above: Option<&str>) -> Root {
        Root { key: key(name), children: 1, automated: true, above: above.map(key), optional: false }
    }

    #[test]
    fn a_layer_is_named_after_its_root_and_never_twice_nor_by_a_reserved_name() {
        let roots =
            ["root-optional", "extras-apps", "my-root", "root-apps", "apps", "platform", "optional", "a.b"].map(|name| root(name, None));
        let names: Vec<String> = layers(&roots, None).into_iter().map(|l| l.name).collect();
        assert_eq!(names, ["optional", "extras", "my", "core", "apps", "platform-root", "optional-root", "a-b"]);
    }

    #[test]
    fn what_hangs_below_the_switched_root_is_no_layer_of_its_own() {
        let roots = [root("all", None), root("core", Some("all")), root("extras", Some("all")), root("deep", Some("extras"))];
        let named = |switched: Option<Key>| {
            let all = layers(&roots, switched.as_ref());
            all.into_iter().map(|l| (l.name, l.role == Role::Switched)).collect::<Vec<_>>()
        };
        let is = |name: &str, switched| (name.to_owned(), switched);
        assert_eq!(named(Some(key("extras"))), [is("all", false), is("core", false), is("extras", true)]);
        assert_eq!(named(Some(key("deep"))), [is("all", false), is("core", false), is("extras", false), is("deep", true)]);
        assert_eq!(named(None), [is("all", false), is("core", false), is("extras", false)]);
    }
}
