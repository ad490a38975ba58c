//! The objects of one kind in a bundle.
use crate::compare::{CompareError, Instances, Side, Spot};
use crate::value::Value;

/// The objects of a kind in one bundle, each put together, with their places.
pub(super) fn objects<'i>(instances: &'i Instances, side: &Side, index: usize, stem: &str) -> Result<Vec<(&'i Spot, Value)>, CompareError> {
    let here = instances.in_bundle(index).filter(|(spot, _)| spot.stem == stem);
    here.map(|(spot, at)| Ok((spot, side.whole(&at.layer, spot)?))).collect()
}
