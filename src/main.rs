//! The program: arguments, the command, the exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    offprint::cli::run(std::env::args_os())
}
