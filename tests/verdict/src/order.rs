//! What a judged process is told, beside the nonce.

use serde::{Deserialize, Serialize};

/// What a judged process is told, down the private channel: nothing of it stands in the environment or the arguments,
/// where the code that is judged could read it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    /// What randomness comes from.
    pub seed: u64,
    /// Whether the verdict is to carry the swim lanes.
    pub spans: bool,
    /// How the subject's own program is started, where that is not left to the test.
    pub programs: Option<Programs>,
}

/// How the subject's own program is started.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Programs {
    /// The program that starts it, and the arguments before its path.
    pub command: Vec<String>,
    /// The exit code when it could not be started.
    pub code: i32,
    /// What the line on standard error begins with that then says why.
    pub mark: String,
}

/// The seed of a run that nobody asked another of.
const SEED: u64 = 1;

impl Default for Order {
    fn default() -> Order {
        Order { seed: SEED, spans: false, programs: None }
    }
}

/// What a person sets, for the seed and the swim lanes.
pub(crate) const ASKED: [&str; 2] = ["WORKBOOK_SEED", "WORKBOOK_SPANS"];

impl Order {
    /// What is asked in this process's environment: `WORKBOOK_SEED`, and `WORKBOOK_SPANS` if it is set at all.
    pub fn asked() -> Order {
        let [seed, spans] = ASKED.map(std::env::var_os);
        let seed = seed.and_then(|seed| seed.to_str()?.parse().ok()).unwrap_or(SEED);
        Order { seed, spans: spans.is_some(), programs: None }
    }
}
