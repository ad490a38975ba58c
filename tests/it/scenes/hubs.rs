//! A hub and a spoke: Argo CD in one cluster, what it deploys in another.
use super::ground::Ground;
use super::loops;
use super::stage::Stage;
use evid_demo::serve::requests::Seen;

/// A round trip over both; on the demo it is seen who was asked what.
pub fn round_trip(stage: &Stage) {
    loops::round_trip(stage);
    let Ground::Demo(demo) = &stage.ground else { return };
    let (hub, spoke) = demo.servers();
    let (hub, spoke) = (hub.requests(), spoke.requests());
    assert!(hub.iter().filter(|r| r.is_write()).all(|r| r.path.starts_with("/apis/argoproj.io/v1alpha1/namespaces/argocd/applications/")));
    assert!(hub.iter().any(|r| r.is_write()));
    let write = |r: &&Seen| r.is_write() && !r.path.contains("/proxy/");
    assert_eq!(spoke.iter().find(write), None, "what goes and comes back there, Argo CD does");
    let elsewhere = |r: &&Seen| !["/api", "/apis", "/version"].contains(&&*r.path) && !r.path.contains("/selfsubject");
    let others = |r: &&Seen| {
        !r.path.contains("/argoproj.io/") && !["kube-system", "/argocd-cm", "/argocd-cmd-params-cm"].iter().any(|w| r.path.ends_with(w))
    };
    assert_eq!(hub.iter().filter(elsewhere).find(others), None, "nothing else of the hub is asked");
    let of_argo = |r: &&Seen| r.path.contains("/argoproj.io/") && !r.path.ends_with("?limit=1");
    assert_eq!(spoke.iter().find(of_argo), None, "of Argo CD's own kinds it is asked only whether it has any");
}
