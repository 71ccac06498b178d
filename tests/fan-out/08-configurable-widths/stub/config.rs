//! The widths, and where they come from.

use std::error::Error;
use std::ffi::OsString;
use std::fmt;
use std::num::NonZeroUsize;

/// The widest that a stage may be asked to be.
///
/// Each fetch holds a connection, and each connection a descriptor, of which a process on Linux has 1024 by default.
/// Half of them leaves as many for everything else. A larger number is more likely a slip of the hand than a wish.
pub const MAX_WIDTH: usize = 512;

/// How many pages each stage works on at once, at most. A width of 0 does not exist: nothing would move.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Config {
    /// From `FETCH_WORKERS`.
    pub fetch: NonZeroUsize,
    /// From `PARSE_WORKERS`.
    pub parse: NonZeroUsize,
    /// From `WRITE_WORKERS`.
    pub write: NonZeroUsize,
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

impl Default for Config {
    /// The widths of a process whose environment says nothing: 8, 4 and 2.
    fn default() -> Config {
        todo!("8, 4 and 2")
    }
}

impl Config {
    /// The widths in the environment of this process.
    ///
    /// # Errors
    ///
    /// If a value is no width. The error names every such variable and its value.
    pub fn from_env() -> Result<Config, ConfigError> {
        todo!("look the variables up in the process's environment, as what it is: not always Unicode")
    }

    /// The widths that `lookup` finds. It is asked once for each of the three variables.
    ///
    /// # Errors
    ///
    /// If a value is no width. The error names every such variable and its value.
    pub fn from_env_with(lookup: impl Fn(&str) -> Option<OsString>) -> Result<Config, ConfigError> {
        let _ = lookup;
        todo!("a width, a default or an error for each variable")
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let _ = f;
        todo!("name every bad variable, its value, and what was expected")
    }
}

impl Error for ConfigError {}
