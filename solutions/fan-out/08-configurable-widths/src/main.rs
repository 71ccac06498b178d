//! The pipeline as a program: its widths are what the environment asks for.

use fan_out_08_solution::{Config, simulate};
use std::process::ExitCode;

// ANCHOR: main
/// The clock is paused: a simulation need not wait.
#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() -> ExitCode {
    match Config::from_env() {
        Ok(config) => {
            println!("{}", simulate(config).await);
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(2) // As of a wrong command line: not tried, and no use trying again.
        }
    }
}
// ANCHOR_END: main
