//! What the path of a file says about the question that it answers. Knows no content.
use crate::adapters::dump::catalogue::Catalogue;
use crate::adapters::dump::walk::stem;

/// The kind of tree in which a file lies.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Tree {
    /// Answers side by side, perhaps in a folder named after its namespace.
    Plain,
    /// `namespaces/NS/…`, with answers.
    Namespace(String),
    /// must-gather's: it writes no file if there is no object.
    Gathered(Option<String>),
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Place {
    /// The folder, relative to the dump; empty for the dump itself.
    pub folder: String,
    /// The file name without form and compression.
    pub stem: String,
    pub tree: Tree,
    /// Group and plural, from must-gather's folder names.
    gathered: Option<(String, String)>,
}

impl Place {
    /// Reads a path relative to the dump.
    pub fn of(file: &str) -> Self {
        let path = stem(file);
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        let parts: Vec<&str> = path.split('/').collect();
        let (tree, gathered) = tree(&parts);
        Self { folder: folder.into(), stem: name.into(), tree, gathered }
    }

    /// Folder and stem.
    pub fn path(&self) -> String {
        if self.folder.is_empty() { self.stem.clone() } else { format!("{}/{}", self.folder, self.stem) }
    }

    /// Group and plural of the question, if the path tells them.
    pub fn resource(&self, all: &Catalogue) -> Option<(String, String)> {
        self.gathered.clone().or_else(|| named(&self.stem, all))
    }

    /// The last folder, which may be named after its namespace.
    pub fn last_folder(&self) -> &str {
        self.folder.rsplit('/').next().unwrap_or("")
    }
}

fn tree(parts: &[&str]) -> (Tree, Option<(String, String)>) {
    let folders = parts.len().saturating_sub(1);
    let at = parts.iter().take(folders).position(|p| matches!(*p, "namespaces" | "cluster-scoped-resources"));
    let Some(at) = at else { return (Tree::Plain, None) };
    let below = parts.get(at + 1..).unwrap_or_default();
    let group = |g: &str| if g == "core" { String::new() } else { g.to_owned() };
    if parts.get(at) == Some(&"cluster-scoped-resources") {
        let told = match below {
            [g, plural, ..] => Some((group(g), (*plural).to_owned())),
            _ => None,
        };
        return (Tree::Gathered(None), told);
    }
    match below {
        [ns, name] if ns == name => (Tree::Gathered(None), Some((String::new(), "namespaces".into()))),
        [ns, _] => (Tree::Namespace((*ns).to_owned()), None),
        [ns, "pods", ..] => (Tree::Gathered(Some((*ns).to_owned())), Some((String::new(), "pods".into()))),
        [ns, g, plural, ..] => (Tree::Gathered(Some((*ns).to_owned())), Some((group(g), (*plural).to_owned()))),
        _ => (Tree::Plain, None),
    }
}

/// `<plural>.<group>`, `<plural>.<version>.<group>`, `<plural>.<version>`, or a word for a known resource.
fn named(stem: &str, all: &Catalogue) -> Option<(String, String)> {
    let known = |word: &str| all.of_word(word).map(|r| (r.group.clone(), r.plural.clone()));
    let Some((plural, rest)) = stem.split_once('.') else { return known(stem) };
    let (first, after) = rest.split_once('.').unwrap_or((rest, ""));
    let group = if version(first) { after } else { rest };
    if group.is_empty() {
        return known(plural).filter(|(group, _)| group.is_empty());
    }
    if all.of_plural(group, plural).is_some() {
        return Some((group.to_owned(), plural.to_owned()));
    }
    let label = |l: &str| !l.is_empty() && l.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    let top = group.rsplit('.').next().unwrap_or("");
    let looks = group.contains('.') && group.split('.').all(label) && top.len() > 1 && top.bytes().all(|b| b.is_ascii_lowercase());
    let plural_looks = label(plural) && plural.starts_with(|c: char| c.is_ascii_lowercase());
    (looks && plural_looks).then(|| (group.to_owned(), plural.to_owned()))
}

/// `v1`, `v2beta1`, …
fn version(word: &str) -> bool {
    let Some(rest) = word.strip_prefix('v') else { return false };
    let digits = |t: &str| !t.is_empty() && t.bytes().all(|b| b.is_ascii_digit());
    match rest.split_once("alpha").or_else(|| rest.split_once("beta")) {
        Some((major, minor)) => digits(major) && digits(minor),
        None => digits(rest),
    }
}

#[cfg(test)]
mod tests {
    use super::{Place, Tree};
    use crate::adapters::dump::catalogue::Catalogue;

    fn told(file: &str) -> Option<(String, String)> {
        Place::of(file).resource(&Catalogue::new(std::iter::empty()))
    }

    #[test]
    fn file_names_tell_group_and_plural() {
        for (file, group, plural) in [
            ("pods.json", "", "pods"),
            ("x/deployments.apps.json.gz", "apps", "deployments"),
            ("deployments.v1.apps.yaml", "apps", "deployments"),
            ("pods.v1.json", "", "pods"),
            ("ingresses.json", "networking.k8s.io", "ingresses"),
            ("events.events.k8s.io.json", "events.k8s.io", "events"),
            ("widgets.example.com.json", "example.com", "widgets"),
            ("widgets.v1alpha1.example.com.json", "example.com", "widgets"),
            ("g/namespaces/a/core/pods.yaml", "", "pods"),
            ("namespaces/a/pods/p/p.yaml", "", "pods"),
            ("namespaces/a/a.yaml", "", "namespaces"),
            ("g/cluster-scoped-resources/rbac.authorization.k8s.io/clusterroles/a.b.yaml", "rbac.authorization.k8s.io", "clusterroles"),
        ] {
            assert_eq!(told(file), Some((group.into(), plural.into())), "{file}");
        }
        for file in ["out1.json", "pods.2026-11-23.json", "backup.1.2.json", "all.json", "pods.yesterday.json", "loki-0.yaml"] {
            assert_eq!(told(file), None, "{file}");
        }
    }

    #[test]
    fn folders_tell_the_tree() {
        for (file, tree) in [
            ("a/pods.json", Tree::Plain),
            ("namespaces.json", Tree::Plain),
            ("namespaces/default.json", Tree::Plain),
            ("namespaces/a/pods.json", Tree::Namespace("a".into())),
            ("namespaces/a/apps/deployments.yaml", Tree::Gathered(Some("a".into()))),
            ("m/cluster-scoped-resources/core/nodes/n1.yaml", Tree::Gathered(None)),
        ] {
            assert_eq!(Place::of(file).tree, tree, "{file}");
        }
    }
}
