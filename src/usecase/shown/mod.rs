//! What the bundles of a report show besides its verdicts, for a page: Applications, volumes, probes, what was watched and what was written.
//! Judges nothing, and must not know in which words it is told.
mod applications;
mod objects;
mod volumes;
mod writes;

pub use applications::Application;
pub use volumes::Volume;
pub use writes::Write;

use crate::bundle::names::WATCH;
use crate::bundle::probe::Line;
use crate::bundle::watch::{Pod, Seen};
use crate::compare::{CompareError, Instances, Side, lines};
use crate::model::By;
use crate::usecase::diff::{DiffError, ground};
use std::collections::BTreeMap;

/// What a report's bundles show.
pub struct Shown {
    /// A point for each bundle, in their order.
    pub points: Vec<Point>,
    /// What was written to the cluster in the run whose points they are, in order.
    pub writes: Vec<Write>,
    /// uid → layer of every object in the bundles, and of every pod that is in one.
    layers: BTreeMap<String, String>,
}

#[derive(Default)]
pub struct Point {
    pub applications: Vec<Application>,
    /// By name.
    pub volumes: Vec<Volume>,
    /// By layer, in the order of their files.
    pub probes: Vec<Line>,
    /// What was watched since the bundle before; none if nothing was.
    pub watched: Option<Vec<Seen>>,
}

/// Reads what the bundles show, by the layers of the first one's configuration.
///
/// # Errors
/// If a file of a bundle can't be read.
pub fn shown(sides: &[Side]) -> Result<Shown, DiffError> {
    let Some(first) = sides.first() else { return Ok(Shown { points: vec![], writes: vec![], layers: BTreeMap::new() }) };
    let (layers, _) = ground(first)?;
    let instances = Instances::read(sides, &layers)?;
    let point = |(i, side): (usize, &Side)| -> Result<Point, CompareError> {
        let mut probes = Vec::new();
        for layer in &side.manifest.layers {
            probes.extend(side.probes(&layer.name)?);
        }
        Ok(Point {
            applications: applications::read(&instances, side, i)?,
            volumes: volumes::read(&instances, side, i)?,
            probes,
            watched: watched(side)?,
        })
    };
    let points = sides.iter().enumerate().map(point).collect::<Result<Vec<_>, _>>()?;
    let writes = sides.iter().rev().find_map(|side| writes::read(side).transpose()).transpose()?.unwrap_or_default();
    Ok(Shown { points, writes, layers: placed(&instances) })
}

impl Shown {
    /// Points of which nothing else is known.
    #[cfg(test)]
    pub fn of(points: Vec<Point>) -> Self {
        Self { points, writes: vec![], layers: BTreeMap::new() }
    }

    /// The layer of a pod that was watched: its own, else its controller's; empty where neither is in a bundle.
    pub fn layer_of(&self, pod: &Pod) -> &str {
        self.layers.get(&pod.uid).or_else(|| self.layers.get(&pod.owner)).map(String::as_str).unwrap_or_default()
    }
}

/// uid → layer; nothing of objects that no evidence places.
fn placed(instances: &Instances) -> BTreeMap<String, String> {
    let all = instances.all.iter().filter(|(spot, _)| instances.by(spot) != By::None);
    let each = all.flat_map(|(spot, all)| all.iter().flatten().map(move |at| (at.uid.to_string(), instances.layer(spot).to_owned())));
    each.filter(|(uid, _)| !uid.is_empty()).collect()
}

fn watched(side: &Side) -> Result<Option<Vec<Seen>>, CompareError> {
    if side.sums().get(WATCH).is_none() {
        return Ok(None);
    }
    let bytes = side.file(WATCH)?;
    lines(&bytes).map(|line| side.parse(WATCH, line)).collect::<Result<_, _>>().map(Some)
}
