//! Arguments to a face, an error to an exit code.

use std::process::ExitCode;

use casefile::ui::cli;
use clap::Parser as _;

fn main() -> ExitCode {
    match cli::Arguments::try_parse() {
        Ok(arguments) => cli::run(arguments).into(),
        Err(error) => cli::not_understood(&error).into(),
    }
}
