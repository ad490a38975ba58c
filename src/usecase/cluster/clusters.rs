//! The clusters of a platform as one API server: what is asked of Argo CD's own kinds goes to the hub, if there is one, and all else to
//! the captured cluster. Must not know what is asked, nor how requests are sent.
use crate::argo::{GROUP, is_own_resource};
use crate::usecase::cluster::Resource;
use crate::usecase::cluster::port::{Api, Ask, NoReply, Reply, Sides};

/// The captured cluster, and the hub if Argo CD runs in another one.
pub struct Clusters<A> {
    pub spoke: A,
    pub hub: Option<A>,
}

impl<A: Api + Sync> Api for Clusters<A> {
    fn send(&self, ask: &Ask) -> Result<Reply, NoReply> {
        match &self.hub {
            Some(hub) if is_of_argo(&ask.path) => hub.send(ask),
            _ => self.spoke.send(ask),
        }
    }

    fn sides(&self) -> Option<Sides<'_>> {
        self.hub.as_ref().map(|hub| Sides { hub, spoke: &self.spoke })
    }
}

/// Whether objects of a kind are those of a hub.
pub fn is_of_hub(api: &dyn Api, kind: &Resource) -> bool {
    api.sides().is_some() && is_own_resource(&kind.group, &kind.plural)
}

/// Whether a path is about objects of Argo CD's own kinds.
fn is_of_argo(path: &str) -> bool {
    let mut parts = path.split('?').next().unwrap_or_default().split('/').skip(1);
    let mut next = || parts.next().unwrap_or_default();
    if next() != "apis" || next() != GROUP {
        return false;
    }
    let _version = next();
    let plural = match next() {
        "namespaces" => {
            next();
            next()
        }
        plural => plural,
    };
    is_own_resource(GROUP, plural)
}

#[cfg(test)]
mod tests {
    use super::is_of_argo;

    #[test]
    fn only_what_is_about_argo_cds_own_kinds_goes_to_the_hub() {
        for (path, want) in [
            ("/apis/argoproj.io/v1alpha1/applications?limit=50", true),
            ("/apis/argoproj.io/v1alpha1/namespaces/argocd/applicationsets", true),
            ("/apis/argoproj.io/v1alpha1/namespaces/argocd/appprojects/default", true),
            ("/apis/argoproj.io/v1alpha1/namespaces/argocd/applications/a/status", true),
            ("/apis/argoproj.io/v1alpha1/namespaces/applications/rollouts", false),
            ("/apis/argoproj.io/v1alpha1/workflows", false),
            ("/apis/argoproj.io/v1alpha1", false),
            ("/apis/apps/v1/namespaces/argocd/deployments", false),
            ("/api/v1/namespaces/argocd/configmaps/argocd-cm", false),
            ("/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", false),
        ] {
            assert_eq!(is_of_argo(path), want, "{path}");
        }
    }
}
