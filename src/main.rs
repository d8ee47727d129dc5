//! Arguments to a face, an error to an exit code.

use std::process::ExitCode;

use casefile::ui::cli;
use clap::Parser;

fn main() -> ExitCode {
    cli::run(cli::Arguments::parse()).into()
}
