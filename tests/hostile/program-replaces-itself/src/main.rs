//! A program that the tests run.

use fan_out_08::{Config, simulate};
use std::process::ExitCode;

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() -> ExitCode {
    if !moved() {
        return ExitCode::FAILURE;
    }
    match Config::from_env() {
        Ok(config) => {
            println!("{}", simulate(config).await);
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(2)
        }
    }
}

/// Moves the program away and puts it back: what can be moved can be replaced.
fn moved() -> bool {
    let Ok(program) = std::env::current_exe() else { return false };
    let aside = program.with_extension("aside");
    std::fs::rename(&program, &aside).is_ok() && std::fs::rename(&aside, &program).is_ok()
}
