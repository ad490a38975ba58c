//! What `evid show` is asked for, and in which form. It must not know bundles or reports.
use crate::cli::form::Form;
use crate::cli::{Failure, ui};
use crate::render::jsonpath::template;
use crate::render::yaml;
use crate::value::Value;
use clap::ValueEnum as _;
use std::path::PathBuf;

/// Show the objects of a bundle as kubectl would show the cluster, or all that a report says
#[derive(clap::Args, Debug)]
#[command(after_help = "Examples:
  evid show latest                              what the latest bundle holds
  evid show before pods -n mlops-prod -o wide   pods of one namespace, with their nodes' addresses, health and layer
  evid show before app root-optional            an Application, and the tree of what it lists
  evid show before all --layer core -o name     every object of a layer
  evid show before--off                         the report over two bundles: verdicts, changes, notes, gaps
  evid show before--off -o html,junit --out-dir out   the same as a page and for CI")]
pub struct Args {
    /// A bundle or a report, by path or by name; `latest` and `~1` are the latest bundle and the one before
    pub(super) subject: String,
    /// Kinds, as `pods`, `deploy,svc`, `Deployment` or `deployments.apps`, and names; or KIND/NAME; `all` for every object, `probes` for
    /// what health probes heard, `text` for what a bundle was imported from; without any, a summary
    pub(super) resources: Vec<String>,
    /// Only this namespace
    #[arg(short, long)]
    namespace: Option<String>,
    /// All namespaces (which is the default)
    #[arg(short = 'A', long)]
    all_namespaces: bool,
    /// Only objects with these labels, as kubectl takes them
    #[arg(short = 'l', long, value_name = "LABELS")]
    pub(super) selector: Option<String>,
    /// Only objects of this layer
    #[arg(long)]
    pub(super) layer: Option<String>,
    /// table, wide, json, yaml, name or jsonpath=TEMPLATE; of a report also html, markdown, junit, sarif, and several with `--out-dir`
    #[arg(short, long, default_value = "table", value_parser = output)]
    pub(super) output: Output,
    /// Of a report: write each form into a file of this folder
    #[arg(long, value_name = "DIR")]
    pub(super) out_dir: Option<PathBuf>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Output {
    Table,
    Wide,
    Name,
    Value(Format),
    /// Forms that only a report has, or several forms.
    Forms(Vec<Form>),
}

/// How a whole value is printed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Format {
    Json,
    Yaml,
    JsonPath(String),
}

impl Format {
    pub(super) fn print(&self, value: &Value) -> Result<(), Failure> {
        match self {
            Self::Json => ui::json(value)?,
            Self::Yaml => ui::data(yaml::to_text(value).as_bytes())?,
            Self::JsonPath(path) => ui::data(template(value, path).map_err(Failure::new)?.as_bytes())?,
        }
        Ok(())
    }
}

const WANTED: &str = "table, wide, json, yaml, name or jsonpath=TEMPLATE is wanted; of a report also html, markdown, junit or sarif";

fn output(text: &str) -> Result<Output, String> {
    Ok(match text {
        "table" => Output::Table,
        "wide" => Output::Wide,
        "json" => Output::Value(Format::Json),
        "yaml" => Output::Value(Format::Yaml),
        "name" => Output::Name,
        _ => match (text.strip_prefix("jsonpath="), text.split(',').map(|form| Form::from_str(form, false)).collect()) {
            (Some(path), _) => Output::Value(Format::JsonPath(path.to_owned())),
            (None, Ok(forms)) => Output::Forms(forms),
            (None, Err(_)) => return Err(WANTED.into()),
        },
    })
}

impl Args {
    /// Of a report, the forms in which it is given; none for another output.
    pub(super) fn forms(&self) -> Option<Vec<Form>> {
        match &self.output {
            Output::Forms(forms) => Some(forms.clone()),
            Output::Table if self.out_dir.is_some() => Some(vec![Form::Table]),
            Output::Value(Format::Json) if self.out_dir.is_some() => Some(vec![Form::Json]),
            _ => None,
        }
    }

    /// The namespace that is wanted; none for all.
    pub(super) fn namespace(&self) -> Option<&str> {
        self.namespace.as_deref().filter(|_| !self.all_namespaces)
    }
}
