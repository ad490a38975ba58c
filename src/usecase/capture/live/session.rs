//! What the reader of a live cluster needs. Knows no kind and no list.
use crate::kinds::Rules;
use crate::usecase::capture::live::scope::Scope;
use crate::usecase::cluster::port::{Api, Clock};

/// What a live capture needs.
pub struct Live<'a> {
    pub api: &'a (dyn Api + Sync),
    pub clock: &'a (dyn Clock + Sync),
    pub rules: &'a Rules,
    pub scope: &'a Scope,
    /// Called after each question: how many are answered, of how many, objects so far.
    pub progress: &'a (dyn Fn(usize, usize, u64) + Sync),
}
