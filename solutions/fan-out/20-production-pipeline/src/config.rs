//! The widths, and where they come from.

use std::error::Error;
use std::ffi::{OsStr, OsString};
use std::fmt;
use std::num::NonZeroUsize;

/// The widest that a stage may be asked to be.
///
/// Each fetch holds a connection, and each connection a descriptor, of which a process on Linux has 1024 by default.
/// Half of them leaves as many for everything else. A larger number is more likely a slip of the hand than a wish.
pub const MAX_WIDTH: usize = 512;

/// How many jobs each stage runs at a time, of all tenants together. A width of 0 does not exist: nothing would move.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Config {
    /// From `FETCH_WORKERS`.
    pub fetch: NonZeroUsize,
    /// From `PARSE_WORKERS`.
    pub parse: NonZeroUsize,
    /// From `DELIVER_WORKERS`.
    pub deliver: NonZeroUsize,
}

/// A value that is no width.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadWidth {
    /// The variable.
    pub variable: &'static str,
    /// What it is set to, which may not be Unicode.
    pub value: OsString,
}

/// Every value that is no width.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError {
    /// At least one, in the order of the stages.
    pub bad: Vec<BadWidth>,
}

// ANCHOR: default
impl Default for Config {
    /// Two tenants can use a fetch or a delivery to the full; a parse takes no time to speak of.
    fn default() -> Config {
        const fn width(workers: usize) -> NonZeroUsize {
            NonZeroUsize::new(workers).expect("a default is not 0")
        }
        const { Config { fetch: width(8), parse: width(4), deliver: width(8) } }
    }
}
// ANCHOR_END: default

impl Config {
    /// The widths in the environment of this process.
    ///
    /// # Errors
    ///
    /// If a value is no width. The error names every such variable and its value.
    pub fn from_env() -> Result<Config, ConfigError> {
        Config::from_env_with(|variable| std::env::var_os(variable))
    }

    // ANCHOR: from_env_with
    /// The widths that `lookup` finds. It is asked once for each of the three variables.
    ///
    /// # Errors
    ///
    /// If a value is no width. The error names every such variable and its value.
    ///
    /// # Examples
    ///
    /// ```
    /// # use fan_out_20_solution::Config;
    /// let config = Config::from_env_with(|variable| (variable == "PARSE_WORKERS").then(|| " 16 ".into()));
    /// assert_eq!(config.map(|config| config.parse.get()), Ok(16));
    /// ```
    pub fn from_env_with(lookup: impl Fn(&str) -> Option<OsString>) -> Result<Config, ConfigError> {
        let default = Config::default();
        let mut bad = Vec::new();
        let mut read = |variable, default| match lookup(variable) {
            None => default,
            Some(value) => width(&value, default).unwrap_or_else(|| {
                bad.push(BadWidth { variable, value });
                default // Not used: the error below is returned.
            }),
        };
        let config = Config {
            fetch: read("FETCH_WORKERS", default.fetch),
            parse: read("PARSE_WORKERS", default.parse),
            deliver: read("DELIVER_WORKERS", default.deliver),
        };
        if bad.is_empty() { Ok(config) } else { Err(ConfigError { bad }) }
    }
    // ANCHOR_END: from_env_with
}

// ANCHOR: width
/// The width that `value` asks for; `None` if it asks for none.
fn width(value: &OsStr, default: NonZeroUsize) -> Option<NonZeroUsize> {
    match value.to_str()?.trim() {
        // As `${FETCH_WORKERS:-8}` in a shell: what a deployment sets to nothing, it has not set.
        "" => Some(default),
        text => text.parse().ok().filter(|width: &NonZeroUsize| width.get() <= MAX_WIDTH),
    }
}
// ANCHOR_END: width

// ANCHOR: display
impl fmt::Display for BadWidth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // `{:?}` quotes the value, so that a space in it is seen, and escapes what is not Unicode.
        write!(f, "{} is {:?}, expected a whole number from 1 to {MAX_WIDTH}", self.variable, self.value)
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines: Vec<String> = self.bad.iter().map(BadWidth::to_string).collect();
        f.write_str(&lines.join("\n"))
    }
}
// ANCHOR_END: display

impl Error for ConfigError {}
