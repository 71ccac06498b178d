//! The pipeline as a program: its widths are what the environment asks for.

use std::process::ExitCode;

/// The clock is paused: a simulation need not wait.
#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() -> ExitCode {
    todo!("print what `simulate` returns; if the environment is bad, say so on standard error and return code 2")
}
