//! Integration tests, one binary: sentences about behaviour. The least powerful kind that can tell comes first.
#![expect(clippy::unwrap_used, reason = "a failed test is a panic")]

/// The floors of the code, its file sizes, no forgotten test file.
mod architecture;
/// Claims as data, judged over the samples and over changed samples.
mod claims;
/// The verbs, run as a person would.
mod cli;
/// What the docs say of the program.
mod docs;
/// What the doctor finds on clusters that are well and ill.
mod doctor;
/// Folders of answers.
mod dump;
/// DSSE, keys, and other people's tools.
mod envelope;
/// Rules as data, swept over every sample object.
mod kinds;
/// The samples and what the other tests share of them.
mod samples;
/// What is published as JSON Schema.
mod schemas;
/// Every claim on every fixture, as reviewed.
mod sweep;
/// The zip container and attacks on it.
mod zipfile;
