//! `evid kinds`: the rules in force.
use crate::adapters::config;
use crate::cli::{Done, Exit, Failure, Global, ui};
use crate::kinds::{self, Rules};
use crate::render::table::columns;
use crate::render::told::told;

/// Print the kinds' rules: what is state, health, identity and noise
#[derive(clap::Args, Debug)]
pub(super) struct Args {
    /// A kind, as `Deployment`, `deployments` or `deployments.apps`; all by default
    kind: Option<String>,
}

pub(super) fn run(args: &Args, global: &Global) -> Done {
    let config = config::load(global.config.as_deref())?;
    let rules = Rules::new(&config.rules()?)?;
    if let Some(wanted) = &args.kind {
        let of = |k: &&kinds::Kind| {
            let r = &k.rule;
            r.kind.eq_ignore_ascii_case(wanted) || r.plural == *wanted || r.stem() == *wanted
        };
        let found: Vec<_> = rules.iter().filter(of).collect();
        if found.is_empty() {
            let hint =
                "it gets the default: everything is state but `status` and metadata's bookkeeping; `spec.kinds` of evid.yaml can say more";
            return Err(Failure::new(format!("no rule for `{wanted}`")).hint(hint));
        }
        for kind in found {
            let stem = kind.rule.stem();
            match kinds::files().iter().find(|(s, _)| *s == stem) {
                Some((_, text)) => ui::data(text.as_bytes())?,
                None => ui::data(format!("# {stem}: from evid.yaml\n").as_bytes())?,
            }
        }
        return Ok(Exit::Proven);
    }
    let rows: Vec<Vec<String>> = rules
        .iter()
        .map(|k| {
            let r = &k.rule;
            let stored = match r.stored {
                Some(false) => "no",
                _ if r.metadata_only => "metadata",
                _ => "yes",
            };
            let derived =
                if r.derived.iter().any(|d| !d.owner.is_empty() || d.relation || d.always || d.name.is_some()) { "may be" } else { "" };
            vec![r.stem(), r.kind.clone(), told(stored), told(derived), r.health.clone().unwrap_or_default(), r.because.clone()]
        })
        .collect();
    ui::data(columns(&["RESOURCE", "KIND", "STORED", "DERIVED", "HEALTH", "BECAUSE"].map(told), &rows, ui::style()).as_bytes())?;
    ui::message(&format!("rule set {}", rules.digest()));
    Ok(Exit::Proven)
}
