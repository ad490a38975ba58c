//! The `evid` command.
use std::process::ExitCode;

fn main() -> ExitCode {
    evid::run()
}
