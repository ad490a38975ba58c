//! The platform over HTTP on loopback: its socket, its streams, and the backend that a proxied request reaches. Knows no rule of the API.
mod exchange;
mod guard;
mod kubectl;
mod proxy;
pub mod requests;
pub mod server;
mod shared;
mod stream;
mod watch;
mod wire;
