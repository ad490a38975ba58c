//! What is committed to the platform's Git in a scene, on both grounds.
use super::ground::{Ground, Real};
use super::stage::Stage;
use evid_demo::seed::git::{Rendered, TRACKING};
use serde_json::{Value, json};
use std::sync::Arc;

/// The demo's Git: this Application's path gives these manifests.
pub fn commit(stage: &Stage, app: &str, path: &str, manifests: Vec<Value>) {
    if let Ground::Demo(demo) = &stage.ground {
        let manifests = manifests.into_iter().map(|m| marked(m, app)).collect();
        let rendered = Rendered { path: path.into(), source_types: json!({"sourceType": "Directory"}), manifests: Arc::new(manifests) };
        demo.git.lock().unwrap().rendered.insert(app.into(), rendered);
    }
}

/// As Argo CD applies it.
pub fn marked(mut manifest: Value, app: &str) -> Value {
    let text = |at: &str| manifest.pointer(at).and_then(Value::as_str).unwrap();
    let group = text("/apiVersion").split_once('/').map_or("", |(group, _)| group);
    let mark = format!("{app}:{group}/{}:{}/{}", text("/kind"), text("/metadata/namespace"), text("/metadata/name"));
    manifest["metadata"]["annotations"][TRACKING] = mark.into();
    manifest
}

/// A real Git: these files besides what the platform has.
pub fn push(stage: &Stage, real: &Real, files: &[(&str, &Value)]) {
    let folder = stage.path("platform");
    drop(std::fs::remove_dir_all(&folder));
    assert!(std::process::Command::new("cp").arg("-a").arg(Real::platform()).arg(&folder).status().unwrap().success());
    for (name, content) in files {
        let path = folder.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content.to_string()).unwrap();
    }
    assert!(real.script("git-push", &["--refresh", folder.to_str().unwrap()]).status.success());
}

/// A real Git as it was.
pub fn put_back(real: &Real) {
    assert!(real.script("git-push", &["--refresh"]).status.success());
}

/// An object besides what an Application's path has, or no longer; `file` is where it stands.
pub fn extra(stage: &Stage, app: &str, file: &str, object: &Value, there: bool) {
    match &stage.ground {
        Ground::Demo(demo) => {
            let mut git = demo.git.lock().unwrap();
            git.revision = format!("{:0>40}", if there { "3" } else { "4" });
            let manifests = Arc::make_mut(&mut git.rendered.get_mut(app).unwrap().manifests);
            manifests.retain(|m| m["kind"] != object["kind"] || m["metadata"]["name"] != object["metadata"]["name"]);
            manifests.extend(there.then(|| marked(object.clone(), app)));
        }
        Ground::Real(real) if there => push(stage, real, &[(file, object)]),
        Ground::Real(real) => put_back(real),
    }
}
