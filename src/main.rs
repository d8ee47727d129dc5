//! Arguments to a face, an error to an exit code.

use std::process::ExitCode;

use casefile::ui::cli;
use clap::Parser as _;

fn main() -> ExitCode {
    if let Some(exit) = cli::completed(std::env::args_os().skip(1)) {
        return exit.into();
    }
    if let Some(exit) = cli::at_once(std::env::args_os().skip(1)) {
        return exit.into();
    }
    match cli::Arguments::try_parse() {
        Ok(arguments) => cli::run(arguments).into(),
        Err(error) => cli::not_understood(&error).into(),
    }
}
