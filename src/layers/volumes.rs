//! The PersistentVolumes of a snapshot, by what storage systems name their records of them after: the handle that a CSI driver gave, and
//! the uid of the claim, with which the provisioner names a volume (external-provisioner 5.3, pkg/controller/controller.go). Knows no layer.
use crate::model::{Objects, meta};
use std::collections::HashMap;

pub(super) struct Volumes {
    /// Driver and handle → the volume; none where several have it.
    by_handle: HashMap<(String, String), Option<usize>>,
    /// Uid of its claim → the volume; none where several have it.
    by_claim: HashMap<String, Option<usize>>,
}

/// The number of characters of a uid.
const UID: usize = 36;

impl Volumes {
    pub(super) fn read(objects: &dyn Objects) -> Self {
        let mut this = Self { by_handle: HashMap::new(), by_claim: HashMap::new() };
        for at in objects.of_kind("", "PersistentVolume") {
            let Some(volume) = objects.lean(at) else { continue };
            let text = |pointer: &str| meta::text(&volume.value, pointer).to_owned();
            let (driver, handle, claim) = (text("/spec/csi/driver"), text("/spec/csi/volumeHandle"), text("/spec/claimRef/uid"));
            if !handle.is_empty() {
                this.by_handle.entry((driver, handle)).and_modify(|known| *known = None).or_insert(Some(at));
            }
            if claim.len() == UID {
                this.by_claim.entry(claim).and_modify(|known| *known = None).or_insert(Some(at));
            }
        }
        this
    }

    /// The only volume of a driver with a handle.
    pub(super) fn of_handle(&self, driver: &str, handle: &str) -> Option<usize> {
        self.by_handle.get(&(driver.to_owned(), handle.to_owned())).copied().flatten()
    }

    /// The volume whose claim's uid a name holds.
    pub(super) fn in_name(&self, name: &str) -> Option<usize> {
        if self.by_claim.is_empty() || name.len() < UID {
            return None;
        }
        let uids = (0..=name.len() - UID).filter_map(|from| name.get(from..from + UID));
        uids.filter(|uid| uid.bytes().filter(|b| *b == b'-').count() == 4).find_map(|uid| self.by_claim.get(uid).copied().flatten())
    }
}
