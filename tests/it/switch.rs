//! The switch, over the demo's platform in this process.
mod lists;
mod losses;
mod off;
mod on;
pub mod platform;
mod recorded;
pub mod repair;
mod rights;
mod sets;
mod status;
mod words;
mod writes;
