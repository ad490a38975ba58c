//! `evid config init`: the roots that a cluster or a dump shows, the question which of them is switched, and the file.
use crate::adapters::{dump, fresh};
use crate::argo::Here;
use crate::cli::ask::answer;
#[cfg(feature = "kube")]
use crate::cli::cluster::ClusterArgs;
#[cfg(feature = "kube")]
use crate::cli::live;
use crate::cli::{Done, Exit, Failure, ui};
use crate::kinds::Rules;
use crate::model::Object;
use crate::render::told::told;
use crate::render::words;
use crate::usecase::capture::objects_of;
use crate::usecase::init::{Root, description, layers, roots};
use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};

#[derive(clap::Args, Debug)]
pub(super) struct Args {
    /// Read a dump instead of a live cluster
    #[arg(long, value_name = "DIR")]
    from: Option<PathBuf>,
    /// The root Application that is switched off and on, as `name` or `namespace/name`; else evid asks on a terminal
    #[arg(long, value_name = "NAME")]
    switched: Option<String>,
    /// Print it instead of writing ./evid.yaml
    #[arg(long)]
    print: bool,
    #[cfg(feature = "kube")]
    #[command(flatten)]
    cluster: ClusterArgs,
}

pub(super) fn run(args: &Args) -> Done {
    let (place, objects, here) = objects(args)?;
    let found = roots(&&*objects);
    if found.is_empty() {
        let hint = "a root is an Application that lists other Applications; was `applications.argoproj.io` listed?";
        return Err(Failure::new(format!("{place}: shows no root Application")).hint(hint));
    }
    for (i, root) in found.iter().enumerate() {
        let mode = if root.automated { "automated" } else { "manual" };
        let below = root.above.as_ref().map(|by| told(&format!(", below {}", by.place()))).unwrap_or_default();
        ui::message(&format!("{}. root {} ({} children, {mode}{below})", i + 1, root.key.place(), root.children));
    }
    let switched = match &args.switched {
        Some(named) => Some(named_in(&found, named)?),
        None if std::io::stdin().is_terminal() => ask(&found)?,
        None => {
            proposed(&found).inspect(|root| ui::message(&format!("note: {} is taken as switched, by its name or label", root.key.place())))
        }
    };
    if switched.is_none() {
        ui::message("note: no root is switched; say which with `--switched NAME`, or set its `role: switched` in the file");
    }
    let layers = layers(&found, switched.map(|root| &root.key));
    let text = ui::commented(&description(&&*objects, &layers, &here));
    if args.print {
        ui::data(text.as_bytes())?;
        return Ok(Exit::Proven);
    }
    fresh::create(Path::new("evid.yaml"), text.as_bytes(), 0o644)
        .map_err(|e| Failure::new(format!("evid.yaml: can't be made: {e}")).hint("move an existing one away, or use `--print`"))?;
    for layer in &layers {
        ui::message(&format!("layer {}: {}", layer.name, words::of_role(layer.role)));
    }
    ui::message("wrote evid.yaml; `evid config explain` shows how evid reads it, `evid doctor` holds it against the cluster");
    Ok(Exit::Proven)
}

/// The objects of a dump or a cluster, and its name for messages. Nothing of it is stored; the redaction key is only for this run.
fn objects(args: &Args) -> Result<(String, Vec<Object>, Here), Failure> {
    match &args.from {
        Some(dir) => Ok((dir.display().to_string(), objects_of(dump::read(dir)?, &Rules::new(&[])?)?, Here::default())),
        #[cfg(feature = "kube")]
        None => live::platform(&args.cluster),
        #[cfg(not(feature = "kube"))]
        None => Err(Failure::new("this evid was built without a cluster client").hint("`--from DIR` reads a dump")),
    }
}

/// The only topmost root that is called optional.
fn proposed(found: &[Root]) -> Option<&Root> {
    let is_below = |root: &Root| found.iter().any(|r| r.optional && Some(&r.key) == root.above.as_ref());
    let mut all = found.iter().filter(|r| r.optional && !is_below(r));
    all.next().filter(|_| all.next().is_none())
}

fn named_in<'a>(found: &'a [Root], named: &str) -> Result<&'a Root, Failure> {
    let mut all = found.iter().filter(|r| r.key.name == named || r.key.place() == named);
    let names = || found.iter().map(|r| r.key.place()).collect::<Vec<_>>().join(", ");
    match (all.next(), all.next()) {
        (Some(root), None) => Ok(root),
        (None, _) => Err(Failure::new(format!("no root is called `{named}`")).hint(format!("there are {}", names()))),
        _ => Err(Failure::new(format!("several roots are called `{named}`")).hint(format!("name one as `namespace/name`: {}", names()))),
    }
}

/// Asks on the terminal which root is switched: a number, or a name.
fn ask(found: &[Root]) -> Result<Option<&Root>, Failure> {
    let proposed = proposed(found);
    let default = proposed.map_or("none".into(), |root| root.key.place());
    ui::message(&format!("which of these is switched off and on? Its number, 0 for none (Enter: {default})"));
    let answer = answer()?;
    match (&*answer, answer.parse::<usize>()) {
        ("", _) => Ok(proposed),
        (_, Ok(0)) => Ok(None),
        (answer, Ok(n)) => {
            let wrong = || Failure::new(format!("there is no root {answer}")).hint(format!("1 to {}", found.len()));
            found.get(n - 1).map(Some).ok_or_else(wrong)
        }
        (answer, Err(_)) => named_in(found, answer).map(Some),
    }
}
