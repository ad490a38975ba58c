//! What becomes of the thing that a custom resource stands for when the resource is deleted: the resource says it in a policy, or its operator
//! held a resource that stands for data until it had cleared the thing away. Knows no bundle.
use crate::model::meta;
use crate::value::{Value, join, json};

/// What becomes of it.
pub(super) enum Fate {
    /// It goes with the resource, as is said there.
    Goes {
        /// Where it is said.
        pointer: String,
        /// What is said.
        says: Value,
    },
    /// It stays, or nothing says that it goes.
    Stays,
}

/// What the names of policies hold (`databaseReclaimPolicy` of CloudNativePG 1.30, api/v1/database_types.go; `cleanupPolicy` of mariadb-operator 26.6,
/// api/v1alpha1/base_types.go; `deletionPolicy` of RabbitMQ's messaging-topology-operator 1.20, api/v1beta1/queue_types.go, and of Crossplane;
/// `cnrm.cloud.google.com/deletion-policy`) …
const POLICIES: &[&str] = &["delet", "reclaim", "cleanup", "removal", "terminat", "resource-", "reconcile-"];
/// … and what they say: that it goes …
const GOING: &[&str] = &["delete", "purge", "destroy", "drop", "remove", "wipe"];
/// … or stays.
const STAYING: &[&str] = &["retain", "orphan", "abandon", "keep", "skip", "detach", "preserve", "donot", "never", "halt"];
/// Flags that say that it stays (`preventDelete` of NATS' controller 0.22, internal/controller/stream_controller.go) …
const HOLDING: &[&str] = &["preventdelet", "deletionprotection", "deleteprotection", "protectdelet"];
/// … or that it goes (`destroyResourcesOnDeletion` of tofu-controller 0.16, api/v1alpha2/terraform_types.go).
const TAKING: &[&str] = &["destroy", "wipe", "purge", "ondelet", "cleanupon"];
/// A policy of a part of a resource, by its whole name.
const OF_PARTS: &[&str] = &["reclaimPolicy", "deletionPolicy"];

/// How the names of kinds end that stand for data: what they stand for is empty where it is made anew.
const DATA: &[&str] = &[
    "bucket",
    "bucketclaim",
    "database",
    "queue",
    "stream",
    "topic",
    "table",
    "keyspace",
    "collection",
    "keyvalue",
    "blockpool",
    "filesystem",
    "objectstore",
    "subvolumegroup",
    "radosnamespace",
    "index",
    "disk",
    "fileshare",
    // What clouds run or keep by these names (ACK's controllers, Azure's service operator, Google's Config Connector).
    "dbinstance",
    "dbcluster",
    "sqlinstance",
    "rdsinstance",
    "redisinstance",
    "spannerinstance",
    "bigtableinstance",
    "filestoreinstance",
    "bigquerydataset",
    "storageaccount",
    "flexibleserver",
    "replicationgroup",
    "blobcontainer",
    "servicescontainer",
    "eventhub",
];

/// What the finalizers hold of those that delete the thing in a cloud, unless they are told not to (Config Connector, pkg/k8s/constants.go; Crossplane;
/// Azure's service operator, v2/internal/reconcilers; AWS' controllers) …
const CLOUDS: &[&str] = &["cnrm.cloud.google.com", "managedresource.crossplane.io", "serviceoperator.azure.com", "services.k8s.aws"];
/// … and how the names of their kinds end that stand for data too.
const CLOUD_DATA: &[&str] =
    &["instance", "cluster", "server", "account", "disk", "volume", "dataset", "registry", "repository", "cache", "vault"];

/// Finalizers of those that do not clear away what a resource stands for.
const OTHERS: &[&str] = &["argocd.argoproj.io", "foregroundDeletion", "orphan", "kubernetes.io/", "kubernetes", "in-use"];

pub(super) fn fate(kind: &str, object: &Value) -> Fate {
    let lower = |text: &str| text.to_lowercase();
    let among = |words: &[&str], text: &str| words.iter().any(|word| text.contains(word));
    let fields = |place: &str| object.pointer(place).and_then(Value::as_object).into_iter().flatten();
    let parts = fields("/spec").filter(|(_, part)| part.as_object().is_some()).map(|(name, _)| join("/spec", name));
    for place in ["/spec".to_owned(), "/metadata/annotations".to_owned()].into_iter().chain(parts) {
        let is_part = place.starts_with("/spec/");
        // Helm's own says nothing of a thing outside.
        let own = fields(&place).filter(|(name, _)| !name.starts_with("helm.sh/"));
        for (name, value) in own.filter(|(name, _)| !is_part || OF_PARTS.contains(&&***name)) {
            let key = lower(name);
            if among(HOLDING, &key) && *value == Value::Bool(true) {
                return Fate::Stays;
            }
            if among(TAKING, &key) && *value == Value::Bool(true) {
                return Fate::Goes { pointer: join(&place, name), says: value.clone() };
            }
            let Some(text) = value.as_str().map(lower).filter(|_| key.contains("policy") && among(POLICIES, &key)) else { continue };
            if among(STAYING, &text) {
                return Fate::Stays;
            }
            if among(GOING, &text) {
                return Fate::Goes { pointer: join(&place, name), says: value.clone() };
            }
        }
    }
    // What Crossplane may do to the thing (crossplane-runtime 2.5, pkg/reconciler/managed/policies.go).
    let mut may = meta::list(object, "/spec/managementPolicies").filter_map(Value::as_str).peekable();
    if may.peek().is_some() && !may.any(|word| matches!(word, "*" | "Delete")) {
        return Fate::Stays;
    }
    let kind = lower(kind);
    let ends = |words: &[&str]| words.iter().any(|word| kind.ends_with(word));
    let is_data = |f: &&Value| {
        let finalizer = f.as_str().unwrap_or_default();
        ends(DATA) && !among(OTHERS, finalizer) || ends(CLOUD_DATA) && among(CLOUDS, finalizer) && !kind.ends_with("serviceaccount")
    };
    match meta::list(object, "/metadata/finalizers").find(is_data).filter(|_| kind != "routetable") {
        Some(finalizer) => Fate::Goes { pointer: "/metadata/finalizers".to_owned(), says: json!([finalizer]) },
        None => Fate::Stays,
    }
}

#[cfg(test)]
mod tests {
    use super::{Fate, fate};
    use crate::value::{Value, json};

    fn goes(kind: &str, object: &Value) -> bool {
        matches!(fate(kind, object), Fate::Goes { .. })
    }

    #[test]
    fn a_thing_goes_where_a_policy_says_so_and_stays_where_one_says_so() {
        assert!(goes("Database", &json!({"spec": {"databaseReclaimPolicy": "delete"}})));
        assert!(goes("Role", &json!({"spec": {"deletionPolicy": "Delete"}})));
        assert!(!goes(
            "Database",
            &json!({"metadata": {"finalizers": ["cnpg.io/deleteDatabase"]}, "spec": {"databaseReclaimPolicy": "retain"}})
        ));
        let abandoned =
            json!({"metadata": {"finalizers": ["x.io/f"], "annotations": {"cnrm.cloud.google.com/deletion-policy": "abandon"}}});
        assert!(!goes("StorageBucket", &abandoned));
        assert!(!goes("Bucket", &json!({"metadata": {"finalizers": ["x.io/f"]}, "spec": {"managementPolicies": ["Observe", "Create"]}})));
        assert!(!goes("Stream", &json!({"metadata": {"finalizers": ["x.io/f"]}, "spec": {"preventDelete": true}})));
    }

    #[test]
    fn a_flag_or_the_policy_of_a_part_says_it_too() {
        assert!(goes("Terraform", &json!({"spec": {"destroyResourcesOnDeletion": true}})));
        assert!(!goes("Terraform", &json!({"spec": {"destroyResourcesOnDeletion": false}})));
        assert!(goes("Cluster", &json!({"spec": {"terminationPolicy": "WipeOut"}})));
        assert!(!goes("Cluster", &json!({"spec": {"terminationPolicy": "DoNotTerminate"}})));
        assert!(goes("Store", &json!({"spec": {"storage": {"reclaimPolicy": "Delete"}}})));
        let detached = json!({"metadata": {"finalizers": ["x.io/f"], "annotations": {"x.io/reconcile-policy": "detach-on-delete"}}});
        assert!(goes("StorageAccount", &json!({"metadata": {"finalizers": ["x.io/f"]}})) && !goes("StorageAccount", &detached));
    }

    #[test]
    fn what_stands_for_data_goes_where_its_operator_held_it() {
        assert!(goes("Stream", &json!({"metadata": {"finalizers": ["jetstream.nats.io/stream-finalizer"]}})));
        assert!(!goes("Stream", &json!({"metadata": {"name": "orders"}})));
        assert!(goes("SQLInstance", &json!({"metadata": {"finalizers": ["cnrm.cloud.google.com/finalizer"]}})));
        assert!(goes("Instance", &json!({"metadata": {"finalizers": ["cnrm.cloud.google.com/finalizer"]}})));
        assert!(!goes("Instance", &json!({"metadata": {"finalizers": ["x.io/finalizer"]}})), "not one of a cloud");
        assert!(!goes("IAMServiceAccount", &json!({"metadata": {"finalizers": ["cnrm.cloud.google.com/finalizer"]}})));
        assert!(!goes("Stream", &json!({"metadata": {"finalizers": ["resources-finalizer.argocd.argoproj.io"]}})));
        assert!(!goes("ScaledObject", &json!({"metadata": {"finalizers": ["finalizer.keda.sh"]}})));
    }
}
