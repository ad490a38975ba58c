//! The doctor: what would keep evid from seeing a platform, found step by step, each step a line. Only reads, but for access reviews,
//! which change nothing and can be left out. Must not know how a line reads, nor files and kubeconfigs.
mod access;
mod argo;
mod codes;
mod examined;
mod layers;
mod line;
mod rbac;
mod server;

pub use codes::Code;
pub use examined::{Doctor, Examined};
pub use line::{Level, Line};
pub use rbac::{Grant, complete, complete_with_hub, role, roles};
pub use server::user;

use crate::usecase::capture::live::platform;
use crate::usecase::cluster::discover;
use crate::usecase::cluster::port::Api;

/// Looks at a cluster. What one step can't see, those that rest on it do not guess.
pub fn examine(doctor: &Doctor<'_>) -> Examined {
    let mut found = Examined::default();
    let sides: Vec<&(dyn Api + Sync)> = doctor.api.sides().map_or_else(|| vec![doctor.api], |both| vec![both.spoke, both.hub]);
    for (i, api) in sides.into_iter().enumerate() {
        if i > 0 {
            found.lines.push(Line::ok(Code::HubAsked).with("server", doctor.hub.unwrap_or_default()));
        }
        let reached = server::reach(api, doctor.clock, &mut found.lines);
        if !reached || !server::login(api, doctor.review, &mut found.lines) {
            return found;
        }
    }
    let (kinds, gaps) = match discover(doctor.api) {
        Ok(found) => found,
        Err(e) => {
            found.lines.push(server::undiscovered(&e));
            return found;
        }
    };
    found.lines.push(Line::ok(Code::KindsFound).with("count", kinds.len()));
    found.lines.extend(gaps.iter().map(|g| Line::problem(Code::KindsUnknown).with("group", &g.group).with("why", &g.detail)));
    let seen = platform(doctor.api, doctor.rules, doctor.layers.unwrap_or_default(), &kinds, doctor.home, &[]);
    found.lines.extend(argo::lines(doctor, &kinds, &seen));
    if let Some(layers) = doctor.layers {
        found.lines.extend(layers::lines(layers, doctor.here, &seen));
    }
    access::examine(doctor, &kinds, &seen, &mut found);
    found
}
