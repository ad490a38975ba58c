//! What the doctor works with, and what it found.
use crate::argo::Here;
use crate::kinds::Rules;
use crate::model::Layer;
use crate::usecase::cluster::port::{Api, Clock};
use crate::usecase::doctor::line::Line;
use crate::usecase::rights::Right;

pub struct Doctor<'a> {
    pub api: &'a (dyn Api + Sync),
    pub clock: &'a dyn Clock,
    pub rules: &'a Rules,
    /// The layers of the configuration in force; none where that can't be used.
    pub layers: Option<&'a [Layer]>,
    /// Which destinations of Applications are the cluster.
    pub here: &'a Here,
    /// The address of the hub, where Argo CD runs in another cluster.
    pub hub: Option<&'a str>,
    /// The namespace of the context; that of the hub's, where there is one.
    pub home: &'a str,
    pub review: bool,
}

#[derive(Debug, Default)]
pub struct Examined {
    pub lines: Vec<Line>,
    /// The rights that are missing, by purpose.
    pub missing: Vec<Right>,
    pub missing_on_hub: Vec<Right>,
}
