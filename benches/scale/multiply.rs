//! A recorded platform, many times over: the same cluster with K copies of everything that its Applications brought.
//!
//! A recording is a folder of `kubectl get KIND -A -o json` lists. Copy 0 is the recording itself. In copy I each namespace, Application, volume
//! and other cluster-scoped object of the platform is called `NAME-xI`, each uid is another one, and whatever names them follows, so owners,
//! tracking ids, claims and `status.resources` hold. The roots (Applications that nothing manages) stay one object each and list the children of
//! all copies. What the control plane itself holds is there once. Two recordings of one cluster, multiplied by the same K, are one larger cluster
//! at two moments. The same recording and K give the same bytes, with one object a line. Knows nothing of how evid judges.
use self::template::{Template, Words};
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{self, BufWriter, Read as _, Write};
use std::path::Path;

#[path = "template.rs"]
mod template;

/// Namespaces of the control plane; empty stands for none.
const SYSTEM: &[&str] = &["kube-system", "kube-public", "kube-node-lease", "default", "argocd", ""];
const TRACKING: &str = "/metadata/annotations/argocd.argoproj.io~1tracking-id";
const APPLICATIONS: &str = "applications.argoproj.io";
/// An IPAddress is called as its address: no two copies can have it.
const ADDRESSES: &str = "ipaddresses.networking.k8s.io";
/// A shorter name of a cluster-scoped object is a word of too many texts.
const SHORTEST: usize = 5;

/// The objects of one kind: what is copied, what stays one object, and the rest of the list.
struct List {
    head: Map<String, Value>,
    copied: Vec<Value>,
    single: Vec<Value>,
}

/// Writes the lists of a recording to a new folder, with `copies` of the platform; returns how many objects they hold.
///
/// # Errors
/// Where a file can't be read or written.
pub fn multiply(recording: &Path, out: &Path, copies: usize) -> io::Result<usize> {
    fs::create_dir_all(out)?;
    let mut lists = BTreeMap::new();
    for entry in fs::read_dir(recording)? {
        let path = entry?.path();
        let file = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let name = file.strip_suffix(".gz").unwrap_or(&file);
        let bytes = if name == file { fs::read(&path)? } else { unzipped(&path)? };
        match (name.strip_suffix(".json"), list(&name.replace(".json", ""), &bytes)) {
            (Some(kind), Some(list)) => drop(lists.insert(kind.to_owned(), list)),
            _ => fs::write(out.join(name), bytes)?,
        }
    }
    let (names, shared) = (names(&lists), single_uids(&lists));
    let words = Words::new(&names, &shared);
    let mut count = 0;
    for (kind, list) in &lists {
        let mut file = BufWriter::with_capacity(1 << 20, fs::File::create(out.join(format!("{kind}.json")))?);
        count += write(&mut file, kind, list, &words, copies)?;
        file.into_inner()?;
    }
    Ok(count)
}

fn unzipped(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    flate2::read::GzDecoder::new(fs::File::open(path)?).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// A file's list; none where it holds something else.
fn list(kind: &str, bytes: &[u8]) -> Option<List> {
    let Ok(Value::Object(mut head)) = serde_json::from_slice(bytes) else { return None };
    let Some(Value::Array(items)) = head.remove("items") else { return None };
    let (copied, single) = items.into_iter().partition(|o| is_copied(kind, o));
    Some(List { head, copied, single })
}

fn text<'a>(object: &'a Value, pointer: &str) -> &'a str {
    object.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

/// Whether an object is the platform's, and not the control plane's.
fn is_copied(kind: &str, object: &Value) -> bool {
    let tracked = object.pointer(TRACKING).is_some();
    let namespace = text(object, "/metadata/namespace");
    match kind {
        APPLICATIONS | "applicationsets.argoproj.io" => tracked || object.pointer("/metadata/ownerReferences/0").is_some(),
        "namespaces" => !SYSTEM.contains(&text(object, "/metadata/name")),
        _ if !namespace.is_empty() => !SYSTEM.contains(&namespace),
        ADDRESSES | "customresourcedefinitions.apiextensions.k8s.io" => false,
        "persistentvolumes" | "volumeattachments.storage.k8s.io" => true,
        _ => tracked,
    }
}

/// The names that differ from copy to copy, wherever they are written. A Deployment may be called as its Application is: they are one word.
fn names(lists: &BTreeMap<String, List>) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for (kind, list) in lists {
        for object in &list.copied {
            let name = text(object, "/metadata/name");
            let named = ["namespaces", APPLICATIONS, "applicationsets.argoproj.io", "persistentvolumes"].contains(&kind.as_str());
            if named || text(object, "/metadata/namespace").is_empty() && name.len() >= SHORTEST {
                names.insert(name.to_owned());
            }
        }
    }
    // An Application also lists what is not there any more.
    let apps = lists.get(APPLICATIONS).into_iter().flat_map(|l| l.copied.iter().chain(&l.single));
    let resources = apps.filter_map(|app| app.pointer("/status/resources")?.as_array()).flatten();
    let global = |r: &&Value| match text(r, "/kind") {
        "Application" | "Namespace" => true,
        kind => text(r, "/namespace").is_empty() && kind != "CustomResourceDefinition",
    };
    names.extend(resources.filter(global).map(|r| text(r, "/name").to_owned()));
    names
}

/// The uids that all copies share.
fn single_uids(lists: &BTreeMap<String, List>) -> BTreeSet<String> {
    lists.values().flat_map(|l| &l.single).map(|o| text(o, "/metadata/uid").to_owned()).collect()
}

fn write(out: &mut impl Write, kind: &str, list: &List, words: &Words, copies: usize) -> io::Result<usize> {
    out.write_all(b"{")?;
    for (name, value) in &list.head {
        write!(out, "{}:{value},", Value::from(name.as_str()))?;
    }
    out.write_all(b"\"items\":[")?;
    let mut before = "\n";
    for object in &list.single {
        let mut object = object.clone();
        if kind == APPLICATIONS {
            ["/status/resources", "/status/operationState/syncResult/resources"]
                .iter()
                .try_for_each(|at| all(&mut object, at, words, copies))?;
        }
        write!(out, "{before}{object}")?;
        before = ",\n";
    }
    let templates: Vec<Template> = list.copied.iter().map(|o| Template::new(o.to_string(), words)).collect();
    for i in 0..copies {
        for template in &templates {
            out.write_all(before.as_bytes())?;
            template.write(i, out)?;
            before = ",\n";
        }
    }
    out.write_all(b"\n]}\n")?;
    Ok(list.single.len() + copies * templates.len())
}

/// Makes what a root lists there the children of all copies.
fn all(root: &mut Value, at: &str, words: &Words, copies: usize) -> io::Result<()> {
    let Some(Value::Array(listed)) = root.pointer_mut(at) else { return Ok(()) };
    let templates: Vec<Template> = listed.drain(..).map(|one| Template::new(one.to_string(), words)).collect();
    for i in 0..copies {
        for template in &templates {
            let mut bytes = Vec::new();
            template.write(i, &mut bytes)?;
            listed.push(serde_json::from_slice(&bytes)?);
        }
    }
    Ok(())
}
