//! The resources that every cluster has, and Argo CD's: how their names in file names and their kinds belong together. A dump adds
//! its own CustomResourceDefinitions. Knows no folder and no answer.
use serde_json::Value;

/// One resource.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Resource {
    /// API group.
    pub group: String,
    /// Plural name.
    pub plural: String,
    /// Kind.
    pub kind: String,
    /// Whether its objects live in namespaces.
    pub namespaced: bool,
    short: Vec<String>,
}

/// All resources known while one dump is read.
pub(super) struct Catalogue(Vec<Resource>);

/// Group, then `plural Kind short…` of each resource; `*` marks those without a namespace.
const BUILT_IN: &[(&str, &str)] = &[
    ("", "bindings Binding;componentstatuses* ComponentStatus cs;configmaps ConfigMap cm;endpoints Endpoints ep;events Event ev"),
    ("", "limitranges LimitRange limits;namespaces* Namespace ns;nodes* Node no;persistentvolumeclaims PersistentVolumeClaim pvc"),
    ("", "persistentvolumes* PersistentVolume pv;pods Pod po;podtemplates PodTemplate;replicationcontrollers ReplicationController rc"),
    ("", "resourcequotas ResourceQuota quota;secrets Secret;serviceaccounts ServiceAccount sa;services Service svc"),
    ("admissionregistration.k8s.io", "mutatingadmissionpolicies* MutatingAdmissionPolicy"),
    ("admissionregistration.k8s.io", "mutatingadmissionpolicybindings* MutatingAdmissionPolicyBinding"),
    ("admissionregistration.k8s.io", "mutatingwebhookconfigurations* MutatingWebhookConfiguration"),
    ("admissionregistration.k8s.io", "validatingadmissionpolicies* ValidatingAdmissionPolicy"),
    ("admissionregistration.k8s.io", "validatingadmissionpolicybindings* ValidatingAdmissionPolicyBinding"),
    ("admissionregistration.k8s.io", "validatingwebhookconfigurations* ValidatingWebhookConfiguration"),
    ("apiextensions.k8s.io", "customresourcedefinitions* CustomResourceDefinition crd crds"),
    ("apiregistration.k8s.io", "apiservices* APIService"),
    ("apps", "controllerrevisions ControllerRevision;daemonsets DaemonSet ds;deployments Deployment deploy"),
    ("apps", "replicasets ReplicaSet rs;statefulsets StatefulSet sts"),
    ("argoproj.io", "applications Application app apps;applicationsets ApplicationSet appset appsets"),
    ("argoproj.io", "appprojects AppProject appproj appprojs"),
    ("autoscaling", "horizontalpodautoscalers HorizontalPodAutoscaler hpa"),
    ("batch", "cronjobs CronJob cj;jobs Job"),
    ("certificates.k8s.io", "certificatesigningrequests* CertificateSigningRequest csr;clustertrustbundles* ClusterTrustBundle"),
    ("coordination.k8s.io", "leases Lease"),
    ("discovery.k8s.io", "endpointslices EndpointSlice"),
    ("events.k8s.io", "events Event"),
    ("flowcontrol.apiserver.k8s.io", "flowschemas* FlowSchema;prioritylevelconfigurations* PriorityLevelConfiguration"),
    ("networking.k8s.io", "ingressclasses* IngressClass;ingresses Ingress ing;ipaddresses* IPAddress ip"),
    ("networking.k8s.io", "networkpolicies NetworkPolicy netpol;servicecidrs* ServiceCIDR"),
    ("node.k8s.io", "runtimeclasses* RuntimeClass"),
    ("policy", "poddisruptionbudgets PodDisruptionBudget pdb"),
    ("rbac.authorization.k8s.io", "clusterrolebindings* ClusterRoleBinding;clusterroles* ClusterRole"),
    ("rbac.authorization.k8s.io", "rolebindings RoleBinding;roles Role"),
    ("resource.k8s.io", "deviceclasses* DeviceClass;resourceclaims ResourceClaim;resourceclaimtemplates ResourceClaimTemplate"),
    ("resource.k8s.io", "resourceslices* ResourceSlice"),
    ("scheduling.k8s.io", "priorityclasses* PriorityClass pc"),
    ("storage.k8s.io", "csidrivers* CSIDriver;csinodes* CSINode;csistoragecapacities CSIStorageCapacity"),
    ("storage.k8s.io", "storageclasses* StorageClass sc;volumeattachments* VolumeAttachment"),
    ("storage.k8s.io", "volumeattributesclasses* VolumeAttributesClass vac"),
];

impl Catalogue {
    /// The built-in resources and those that some CustomResourceDefinitions declare.
    pub fn new<'a>(definitions: impl Iterator<Item = &'a Value>) -> Self {
        let built_in = BUILT_IN.iter().flat_map(|(group, lines)| lines.split(';').filter_map(|line| built_in(group, line)));
        Self(built_in.chain(definitions.filter_map(declared)).collect())
    }

    /// The resource of a kind.
    pub fn of_kind(&self, group: &str, kind: &str) -> Option<&Resource> {
        self.0.iter().find(|r| r.group == group && r.kind == kind)
    }

    /// The resource of a plural name in a group.
    pub fn of_plural(&self, group: &str, plural: &str) -> Option<&Resource> {
        self.0.iter().find(|r| r.group == group && r.plural == plural)
    }

    /// The resource of a word as a person or a tool would write it: plural, singular, short name, or with hyphens.
    pub fn of_word(&self, word: &str) -> Option<&Resource> {
        let word = word.to_lowercase().replace(['-', '_'], "");
        let whole = |r: &&Resource| r.plural == word || r.kind.to_lowercase() == word;
        self.0.iter().find(whole).or_else(|| self.0.iter().find(|r| r.short.contains(&word)))
    }

    /// Whether objects of this resource live in namespaces; none where nobody knows.
    pub fn namespaced(&self, group: &str, plural: &str) -> Option<bool> {
        self.of_plural(group, plural).map(|r| r.namespaced)
    }
}

fn built_in(group: &str, line: &str) -> Option<Resource> {
    let mut words = line.split(' ');
    let (plural, kind) = (words.next()?, words.next()?);
    Some(Resource {
        group: group.into(),
        plural: plural.trim_end_matches('*').into(),
        kind: kind.into(),
        namespaced: !plural.ends_with('*'),
        short: words.map(str::to_owned).collect(),
    })
}

fn declared(definition: &Value) -> Option<Resource> {
    let at = |pointer: &str| definition.pointer(pointer).and_then(Value::as_str);
    let short = definition.pointer("/spec/names/shortNames").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    Some(Resource {
        group: at("/spec/group")?.into(),
        plural: at("/spec/names/plural")?.into(),
        kind: at("/spec/names/kind")?.into(),
        namespaced: at("/spec/scope")? == "Namespaced",
        short: short.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::Catalogue;
    use serde_json::json;

    #[test]
    fn a_word_finds_its_resource() {
        let crd =
            json!({"spec": {"group": "x.io", "scope": "Cluster", "names": {"plural": "widgets", "kind": "Widget", "shortNames": ["wd"]}}});
        let all = Catalogue::new(std::iter::once(&crd));
        for (word, plural, group) in [
            ("pods", "pods", ""),
            ("Deployment", "deployments", "apps"),
            ("replication-controllers", "replicationcontrollers", ""),
            ("pvc", "persistentvolumeclaims", ""),
            ("apps", "applications", "argoproj.io"),
            ("wd", "widgets", "x.io"),
            ("events", "events", ""),
        ] {
            let found = all.of_word(word).unwrap();
            assert_eq!((found.plural.as_str(), found.group.as_str()), (plural, group));
        }
        assert_eq!(all.of_word("out1"), None);
        assert_eq!(
            (all.namespaced("x.io", "widgets"), all.namespaced("", "nodes"), all.namespaced("", "pods")),
            (Some(false), Some(false), Some(true))
        );
    }
}
