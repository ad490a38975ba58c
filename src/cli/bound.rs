//! Binds a command to its cluster: which one that is, is said before anything is written, and every command that a message proposes names
//! it, so that none reaches another one. Must not know what is asked or written there.
use crate::adapters::kube::{Origin, origin};
use crate::cli::cluster::ClusterArgs;
use crate::cli::{Failure, Global};
pub(super) use crate::render::foreign::quoted;
use crate::render::told::told;

/// The verbs that ask a cluster.
const ASKING: [&str; 5] = ["switch", "prove", "doctor", "capture", "config init"];

/// One cluster, as the flags of a command name it.
pub(super) struct Bound {
    context: String,
    server: String,
    /// Context and server of the cluster of Argo CD, where that is another one.
    hub: Option<(String, String)>,
    /// None where the cluster ends with this command.
    flags: Option<String>,
}

impl Bound {
    /// The cluster that these flags, and else the kubeconfig, name now.
    pub(super) fn to(cluster: &ClusterArgs, global: &Global) -> Result<Self, Failure> {
        let env = |name: &str| std::env::var(name).ok().filter(|v| !v.is_empty());
        let access = cluster.access();
        let Origin { context, server, .. } = origin(&access, env)?;
        let hub = cluster.hub().as_ref().map(|hub| origin(hub, env)).transpose()?.map(|hub| (hub.context, hub.server));
        let file = access.kubeconfig.as_ref().map(|f| f.display().to_string());
        // Of several files only the shell knows; the context names the cluster in them.
        let file = file.or_else(|| env("KUBECONFIG").filter(|v| !v.contains(':')));
        let named = (context != Origin::POD).then_some(&context);
        let config = global.config.as_ref().map(|f| f.display().to_string());
        let of_argo = hub.as_ref().map(|(context, _)| context.clone());
        let flags = [
            ("--kubeconfig", &file),
            ("--context", &named.cloned()),
            ("--argocd-context", &of_argo),
            ("--as", &access.impersonate),
            ("--config", &config),
        ];
        let flags = flags.into_iter().filter_map(|(flag, value)| Some(format!(" {flag} {}", quoted(value.as_ref()?))));
        let groups = access.groups.iter().map(|group| format!(" --as-group {}", quoted(group)));
        Ok(Self { flags: Some(flags.chain(groups).collect()), context, server, hub })
    }

    /// A cluster that ends with this command: nothing can be proposed for it.
    pub(super) fn passing(server: &str) -> Self {
        Self { context: "the demo's own".into(), server: server.into(), hub: None, flags: None }
    }

    /// What the kubeconfig calls the cluster; none where it ends with this command.
    pub(super) fn context(&self) -> Option<String> {
        self.lasts().then(|| self.context.clone())
    }

    /// Whether the cluster outlives this command.
    pub(super) fn lasts(&self) -> bool {
        self.flags.is_some()
    }

    /// Which cluster it is, and which is that of Argo CD, by what a person knows and by what they say of themselves.
    pub(super) fn place(&self, uid: Option<&str>, hub: Option<&str>) -> String {
        let one = |context: &str, server: &str, uid: Option<&str>| {
            let uid = uid.unwrap_or("of unknown uid: the Namespace kube-system can't be read");
            format!("context {context}, server {server}, cluster {uid}")
        };
        let own = one(&self.context, &self.server, uid);
        let of_argo = self.hub.as_ref().map(|(context, server)| one(context, server, hub));
        of_argo.map_or_else(|| own.clone(), |of_argo| format!("{own}; Argo CD in {of_argo}"))
    }

    pub(super) fn failure(&self, why: Failure) -> Failure {
        why.changed(|text| self.text(&told(text)))
    }

    /// A text whose commands in backticks go to this cluster. Lines with such a command are left out where the cluster ends with this one.
    pub(super) fn text(&self, text: &str) -> String {
        let Some(flags) = &self.flags else {
            let here = |line: &&str| !line.split('`').skip(1).step_by(2).any(asks);
            return text.lines().filter(here).collect::<Vec<_>>().join("\n");
        };
        let bound = |(i, part): (usize, &str)| if i % 2 == 1 && asks(part) { format!("{part}{flags}") } else { part.to_owned() };
        text.split('`').enumerate().map(bound).collect::<Vec<_>>().join("`")
    }
}

fn asks(command: &str) -> bool {
    let words = command.strip_prefix("evid ").unwrap_or_default();
    ASKING.iter().any(|verb| words.strip_prefix(verb).is_some_and(|rest| rest.is_empty() || rest.starts_with(' ')))
}

#[cfg(test)]
mod tests {
    use super::{Bound, quoted};

    fn bound(flags: Option<&str>) -> Bound {
        Bound { context: "prod".into(), server: "https://prod".into(), hub: None, flags: flags.map(str::to_owned) }
    }

    #[test]
    fn a_proposed_command_names_the_cluster_and_other_words_stay() {
        let text =
            bound(Some(" --context prod")).text("`evid switch on` goes on,\n`Delete=false` keeps it; `evid show before`, `evid switches`");
        assert_eq!(text, "`evid switch on --context prod` goes on,\n`Delete=false` keeps it; `evid show before`, `evid switches`");
    }

    #[test]
    fn nothing_is_proposed_for_a_cluster_that_is_gone() {
        assert_eq!(bound(None).text("it hangs\n  `evid switch repair` repairs it\n`evid show before`"), "it hangs\n`evid show before`");
    }

    #[test]
    fn a_place_names_both_clusters() {
        let hub = Some(("hub".into(), "https://hub".into()));
        let both = Bound { hub, ..bound(None) }.place(Some("u"), None);
        assert!(
            both.starts_with(
                "context prod, server https://prod, cluster u; Argo CD in context hub, server https://hub, cluster of unknown"
            ),
            "{both}"
        );
        assert_eq!(bound(None).place(Some("u"), None), "context prod, server https://prod, cluster u");
    }

    #[test]
    fn a_word_survives_a_shell() {
        assert_eq!((quoted("a/b-c"), quoted("it's"), quoted("")), ("a/b-c".into(), r"'it'\''s'".into(), "''".into()));
    }
}
