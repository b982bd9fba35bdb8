//! The `neuropil` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(neuropil_cli::run(std::env::args_os()))
}
