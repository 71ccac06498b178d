//! The program, as it should be.

use fan_out_08::{Config, simulate};
use std::process::ExitCode;

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() -> ExitCode {
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
