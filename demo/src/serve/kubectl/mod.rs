//! What kubectl and exec probes need beyond the API: protobuf bodies, OpenAPI, and commands "run" in pods. Nothing else uses it.
pub(super) mod command;
pub(super) mod openapi;
pub(super) mod protobuf;
