//! The real services that some tasks are judged against.
//!
//! A service is looked for in this order: an address in a variable (such as `KAFKA_BROKERS`: one that runs already),
//! a program in a variable (`TANSU_BIN`), a program on the path, and what a package that brings it has installed.
//! A program is started on a free port of the loopback interface, in a temporary folder, for one test, and ended with
//! it. What is not found is [`Missing`], which names the package: a verdict of kind `infra`, never a failure.

mod kafka;
mod program;

pub use kafka::Kafka;

use std::fmt;
use std::path::PathBuf;
use verdict::{Kind, Verdict};

/// Where a service was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// It runs, at this address.
    Running(String),
    /// This program brings it.
    Program(PathBuf),
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Found::Running(address) => write!(f, "at {address}"),
            Found::Program(program) => write!(f, "{}", program.display()),
        }
    }
}

/// A service that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{service}: {reason}")]
pub struct Missing {
    /// What is missing.
    pub service: &'static str,
    /// What was tried.
    pub reason: String,
    /// What brings it.
    pub remedy: &'static str,
}

impl Missing {
    /// The verdict on a criterion that needs the service.
    pub fn verdict(self) -> Verdict {
        Verdict::new(Kind::Infra, self.to_string()).usually(format!("it is not installed: {}", self.remedy))
    }

    /// Ends the test with that verdict.
    ///
    /// # Panics
    ///
    /// Always: that is how a test ends.
    pub fn not_judged(self) -> ! {
        std::panic::panic_any(self.verdict())
    }
}

/// Looks for the service with this name, as in `requires` of a `task.toml`.
///
/// # Errors
///
/// [`Missing`] when it is not found, or when no service has this name.
pub fn find(service: &str) -> Result<Found, Missing> {
    match service {
        kafka::NAME => kafka::find(),
        _ => Err(Missing {
            service: "unknown service",
            reason: format!("no service is called {service:?}"),
            remedy: "`requires` in task.toml names one of: kafka",
        }),
    }
}
