//! Which cluster an Application deploys to (law 11). Argo CD 3.6.0, `pkg/apis/application/v1alpha1/types.go` (`ApplicationDestination`,
//! `KubernetesInternalAPIServerAddr`) and `util/db/cluster.go` (the local cluster is called `in-cluster` by default). Argo CD may run in
//! another cluster than the captured one, the hub: its own kinds are there then, and `in-cluster` means the hub.
use crate::argo::{app, is_own_kind, listed};
use crate::model::Key;
use crate::model::meta::text;
use crate::value::Value;

/// The names that Argo CD may use for the captured cluster.
#[derive(Clone, Debug, Default)]
pub struct Here {
    server: Option<String>,
    names: Vec<String>,
    hub: Option<Hub>,
}

/// The cluster of Argo CD, where that is not the captured one.
#[derive(Clone, Debug)]
struct Hub {
    server: Option<String>,
}

/// What a destination says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum To {
    Here,
    Hub,
    /// A name or an address that is neither's.
    Other,
}

impl Here {
    /// The cluster with this API server address, and the names that `evid.yaml` says Argo CD uses for it.
    pub fn new(server: Option<&str>, names: &[String]) -> Self {
        Self { server: server.map(bare), names: names.to_vec(), hub: None }
    }

    /// The same cluster, where its Argo CD runs in another one: `Some`, with that one's API server address if it is known.
    pub fn managed_from(self, hub: Option<Option<&str>>) -> Self {
        Self { hub: hub.map(|server| Hub { server: server.map(bare) }), ..self }
    }

    fn to(&self, app: &Value) -> To {
        let (server, name) = (text(app, "/spec/destination/server").trim_end_matches('/'), text(app, "/spec/destination/name"));
        let is = |address: &Option<String>| !server.is_empty() && address.as_deref() == Some(server);
        let named = |word: &str| !word.is_empty() && self.names.iter().any(|n| n == word);
        let with_argo = server == "https://kubernetes.default.svc" || name == "in-cluster";
        match &self.hub {
            Some(hub) if with_argo || is(&hub.server) => To::Hub,
            None if with_argo => To::Here,
            _ if is(&self.server) || named(server) || named(name) => To::Here,
            _ => To::Other,
        }
    }

    /// Whether all that an Application manages is among the captured objects, by its destination. With a hub: what it lists is Argo CD's
    /// own and stays on the hub, or is not and goes to the captured cluster.
    pub fn is(&self, app: &Value) -> bool {
        match (self.hub.is_some(), self.to(app)) {
            (false, to) => to == To::Here,
            (true, To::Here) => matches!(lists(app), None | Some(Lists::Others)),
            // One that lists nothing yet may have made something there.
            (true, To::Hub) => lists(app).map_or_else(|| app::sync(app) == "Synced", |all| all == Lists::Own),
            (true, To::Other) => false,
        }
    }

    /// The name or address to which an Application deploys, where there is a hub and it means neither cluster, as far as is known.
    pub fn unknown<'a>(&self, app: &'a Value) -> Option<&'a str> {
        let said = ["/spec/destination/name", "/spec/destination/server"].map(|at| text(app, at));
        said.into_iter().find(|word| !word.is_empty()).filter(|_| self.hub.is_some() && self.to(app) == To::Other)
    }

    /// Whether marks on objects may say that an Application deploys here, where its destination does not. With a hub there are other
    /// clusters, and what an Application has left here when it moved to one of them bears its mark: only of its own kinds, of which the hub
    /// has all, do marks say that the hub is meant by another name.
    pub fn is_open(&self, app: &Value) -> bool {
        self.hub.is_none() || (self.to(app) == To::Other && lists(app) == Some(Lists::Own))
    }

    /// Whether what an Application lists under this key may be the captured object of this key.
    pub fn may_hold(&self, app: &Value, key: &Key) -> bool {
        let own = is_own_kind(&key.group, &key.kind);
        self.hub.is_none()
            || match self.to(app) {
                To::Here => !own,
                To::Hub => own,
                To::Other => own && self.is_open(app),
            }
    }

    /// Whether the namespace to which an Application deploys may be one of the captured cluster.
    pub fn has_namespace_of(&self, app: &Value) -> bool {
        self.hub.is_none() || self.to(app) == To::Here
    }
}

/// Of which kinds an Application lists objects.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Lists {
    /// Argo CD's own only.
    Own,
    /// Others only.
    Others,
    Both,
}

/// None where it lists nothing.
fn lists(app: &Value) -> Option<Lists> {
    listed(app).map(|e| if e.is_of_own_kind() { Lists::Own } else { Lists::Others }).reduce(|a, b| if a == b { a } else { Lists::Both })
}

fn bare(address: &str) -> String {
    address.trim_end_matches('/').to_owned()
}

#[cfg(test)]
mod tests {
    use super::Here;
    use crate::model::Key;
    use crate::value::{Value, json};

    #[test]
    fn a_destination_is_here_by_its_address_or_a_name_that_was_given() {
        let app = |server: &str, name: &str| json!({"spec": {"destination": {"server": server, "name": name}}});
        let here = Here::new(Some("https://10.0.0.1:6443"), &["production".to_owned()]);
        for (server, name, want) in [
            ("https://kubernetes.default.svc", "", true),
            ("https://kubernetes.default.svc/", "", true),
            ("", "in-cluster", true),
            ("https://10.0.0.1:6443", "", true),
            ("", "production", true),
            ("https://10.0.0.2:6443", "", false),
            ("", "other", false),
            ("", "", false),
        ] {
            assert_eq!(here.is(&app(server, name)), want, "{server} {name}");
        }
        assert!(!Here::default().is(&app("https://10.0.0.1:6443", "")));
    }

    const CHILD: (&str, &str) = ("argoproj.io", "Application");
    const ROLLOUT: (&str, &str) = ("argoproj.io", "Rollout");
    const MAP: (&str, &str) = ("", "ConfigMap");

    fn app(server: &str, name: &str, lists: &[(&str, &str)]) -> Value {
        let entry = |(group, kind): &(&str, &str)| json!({"group": group, "kind": kind, "namespace": "n", "name": "o", "status": "Synced"});
        let sync = json!({"status": if name == "out" { "OutOfSync" } else { "Synced" }});
        json!({"spec": {"destination": {"server": server, "name": name}},
            "status": {"sync": sync, "resources": lists.iter().map(entry).collect::<Vec<_>>()}})
    }

    /// The hub, the captured cluster, a third one.
    const ADDRESSES: [&str; 3] = ["https://hub:6443", "https://spoke:6443", "https://other:6443"];

    fn spoke() -> Here {
        Here::new(Some("https://spoke:6443/"), &["spoke".to_owned()]).managed_from(Some(Some("https://hub:6443")))
    }

    #[test]
    fn with_a_hub_its_own_kinds_are_there_and_all_else_is_on_the_captured_cluster() {
        let (here, local) = (spoke(), "https://kubernetes.default.svc");
        let [hub, own, other] = ADDRESSES;
        for (server, name, lists, is, open) in [
            (own, "", &[MAP, ROLLOUT][..], true, false),
            ("", "spoke", &[MAP], true, false),
            (own, "", &[], true, false),
            (own, "", &[MAP, CHILD], false, false),
            (local, "", &[CHILD], true, false),
            ("", "in-cluster", &[CHILD], true, false),
            (hub, "", &[CHILD], true, false),
            (hub, "", &[], true, false),
            (hub, "out", &[], false, false),
            (local, "", &[CHILD, MAP], false, false),
            (local, "", &[ROLLOUT], false, false),
            (other, "", &[MAP], false, false),
            ("", "unknown", &[MAP], false, false),
            (other, "", &[CHILD], false, true),
            (other, "", &[CHILD, MAP], false, false),
        ] {
            let app = app(server, name, lists);
            assert_eq!((here.is(&app), here.is_open(&app)), (is, open), "{app}");
        }
    }

    #[test]
    fn an_entry_of_a_list_is_no_object_of_the_other_cluster() {
        let [hub, own, other] = ADDRESSES;
        let key = |(group, kind): (&str, &str)| Key::new(group, kind, "n", "o");
        for (server, kind, want) in [
            (own, MAP, true),
            (own, CHILD, false),
            (hub, MAP, false),
            (hub, ROLLOUT, false),
            (hub, CHILD, true),
            (other, MAP, false),
            (other, CHILD, true),
        ] {
            assert_eq!(spoke().may_hold(&app(server, "", &[kind]), &key(kind)), want, "{server} {kind:?}");
            assert!(Here::default().may_hold(&app(server, "", &[kind]), &key(kind)));
        }
        assert!(!spoke().has_namespace_of(&app(hub, "", &[MAP])) && !spoke().has_namespace_of(&app(other, "", &[CHILD])));
        assert!(spoke().has_namespace_of(&app(own, "", &[])) && !spoke().has_namespace_of(&app(other, "", &[MAP])));
    }
}
