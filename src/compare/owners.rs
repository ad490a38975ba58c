//! The object at the top of a chain of owners, by the relations that the bundles keep.
use crate::compare::{Instance, Instances, Spot};

impl Instances {
    /// The object at the top of an object's chain of owners; the object itself if it has no owner.
    pub fn top(&self, spot: &Spot, instance: Option<&Instance>) -> Spot {
        let mut at = instance.and_then(Self::related).unwrap_or_else(|| spot.clone());
        for _ in 0..8 {
            let owner = self.all.get(&at).and_then(|all| all.iter().flatten().find(|i| i.derived).and_then(Self::related));
            let Some(owner) = owner else { break };
            at = owner;
        }
        at
    }
}
