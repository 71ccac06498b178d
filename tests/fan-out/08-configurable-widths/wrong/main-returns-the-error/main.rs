//! Caught by: the_program_refuses_a_bad_environment (fail)
//!
//! "An error that `main` returns is reported": in its `Debug` form, and with code 1.

use fan_out_08_solution::{Config, ConfigError, simulate};

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() -> Result<(), ConfigError> {
    println!("{}", simulate(Config::from_env()?).await);
    Ok(())
}
