//! A live cluster, by way of the kube client. Must not know what is asked or why.
pub mod reach;
