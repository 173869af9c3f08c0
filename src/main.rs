//! The program: arguments, the command, the exit code.

use std::process::ExitCode;

/// Answers of many sizes are made and let go by several threads: this allocator takes less time for that than the system's,
/// and gives memory back.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    offprint::cli::run(std::env::args_os())
}
