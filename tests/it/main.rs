//! Integration tests, one binary: sentences about behaviour. The least powerful kind that can tell comes first.
#![expect(clippy::unwrap_used, reason = "a failed test is a panic")]

/// The floors of the code, its file sizes, no forgotten test file.
mod architecture;
/// What controllers rewrite, family by family.
mod churn;
/// Claims as data, judged over the samples and over changed samples.
mod claims;
/// The verbs, run as a person would.
mod cli;
/// Where a bundle's lines are, and what a comparison finds.
mod compare;
/// The demo, as a person runs it.
mod demo;
mod derived;
/// What the docs say of the program.
mod docs;
/// What the doctor finds on clusters that are well and ill.
mod doctor;
/// Folders of answers.
mod dump;
/// DSSE, keys, and other people's tools.
mod envelope;
/// What evid.yaml expects to change.
mod expected;
/// The text folders that people keep.
mod export;
/// A folder of evidence as a unit.
mod folder;
/// Rules as data, swept over every sample object.
mod hostile;
/// Two clusters.
mod hub;
/// Text that people kept.
mod import;
mod kinds;
/// Live captures, against a server that goes wrong on purpose.
mod laws;
mod live;
/// The platform of the benches: the samples many times over.
mod multiplied;
/// What people install.
mod packaging;
/// Placing by parts of objects, and by whole ones.
mod placing;
/// Health probes.
mod probes;
/// What a run keeps before it changes anything.
mod prove;
/// What is published as JSON by the verbs that look.
mod published;
/// A real cluster; ignored but by `tests/real/run`.
mod real;
/// What a report is given as.
mod rendered;
/// The samples and what the other tests share of them.
mod samples;
/// The same scenes on the demo platform and on a real cluster.
mod scenes;
/// What is published as JSON Schema.
mod schemas;
/// A bundle behind an API server.
mod serve;
/// `evid show`.
mod show;
/// What is said of volumes and their claims.
mod storage;
mod support;
/// Every claim on every fixture, as reviewed.
mod sweep;
/// Off, on, repair and status of the switch.
mod switch;
/// Timestamps by an authority.
mod timestamp;
mod told;
mod universe;
/// What was watched between the points of a proof.
mod watched;
/// The zip container and attacks on it.
mod zipfile;
