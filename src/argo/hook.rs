//! What Argo CD runs as a hook (law 6). Argo CD 3.6.0, `gitops-engine/pkg/sync/hook/hook.go` (`IsHook`, `Skip`, `Types`),
//! `gitops-engine/pkg/sync/hook/helm/{hook,type}.go` and `gitops-engine/pkg/sync/common/types.go` (`NewHookType`); `PreDelete` and
//! `PostDelete`: `controller/hook.go`. A delete policy alone makes nothing a hook.
use crate::model::meta::annotation;
use crate::value::Value;

/// Phases of Argo CD. `PostDelete` is known since 2.10, `PreDelete` since 3.3.
const PHASES: [&str; 6] = ["PreSync", "Sync", "PostSync", "SyncFail", "PreDelete", "PostDelete"];
/// Phases of Helm that Argo CD runs.
const HELM: [&str; 6] = ["pre-install", "pre-upgrade", "post-install", "post-upgrade", "pre-delete", "post-delete"];

/// Whether Argo CD runs the object as a hook: it names a phase that Argo CD knows. If it names phases of Argo CD's own, Helm's do not
/// count. `Skip` alone means that it is no hook, and `crd-install` is no hook either.
pub fn is_hook(object: &Value) -> bool {
    let names = |of: &str, known: &[&str]| phases(object, of).any(|p| known.contains(&p));
    let own = "argocd.argoproj.io/hook";
    if phases(object, own).next().is_some() { names(own, &PHASES) } else { names("helm.sh/hook", &HELM) }
}

fn phases<'a>(object: &'a Value, name: &str) -> impl Iterator<Item = &'a str> + use<'a> {
    annotation(object, name).into_iter().flat_map(|text| text.split(',')).map(str::trim).filter(|p| !p.is_empty())
}

#[cfg(test)]
mod tests {
    use super::is_hook;
    use crate::value::json;

    #[test]
    fn a_hook_names_a_phase_that_argo_cd_knows() {
        for (annotations, want) in [
            (json!({"argocd.argoproj.io/hook": "PreSync"}), true),
            (json!({"argocd.argoproj.io/hook": "PostSync, SyncFail"}), true),
            (json!({"argocd.argoproj.io/hook": "PostDelete"}), true),
            (json!({"argocd.argoproj.io/hook": "Skip"}), false),
            (json!({"argocd.argoproj.io/hook": "Skip", "helm.sh/hook": "pre-install"}), false),
            (json!({"argocd.argoproj.io/hook": "Sometimes"}), false),
            (json!({"argocd.argoproj.io/hook": ""}), false),
            (json!({"helm.sh/hook": "pre-install,post-upgrade"}), true),
            (json!({"helm.sh/hook": "crd-install"}), false),
            (json!({"helm.sh/hook": "test"}), false),
            (json!({"argocd.argoproj.io/hook-delete-policy": "HookSucceeded"}), false),
            (json!({"helm.sh/hook-delete-policy": "before-hook-creation"}), false),
        ] {
            assert_eq!(is_hook(&json!({"metadata": {"annotations": annotations.clone()}})), want, "{annotations}");
        }
    }
}
