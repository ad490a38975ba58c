//! The decisions of the switch, from what was read to what is to be done or said. Pure: nothing is asked and nothing is sent from here.
pub mod allowed;
pub mod before;
pub mod diagnosis;
pub mod lacks;
pub mod leftovers;
pub mod manifests;
pub mod patches;
pub mod preflight;
pub mod removal;
pub mod scan;
pub mod silence;
pub mod view;
