//! A program that the tests run.

use fan_out_08::{Config, simulate};
use std::process::{Command, ExitCode, Stdio};

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() -> ExitCode {
    let mut command = Command::new("setsid");
    command.args(["sh", "-c", "( sleep 600 & ) ; exit 0"]);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    if !command.status().is_ok_and(|status| status.success()) {
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
