//! The widths, and where they come from.

use std::error::Error;
use std::ffi::OsString;
use std::fmt;
use std::num::NonZeroUsize;

/// The widest that a stage may be asked to be.
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

impl Default for Config {
    /// The widths of a process whose environment says nothing: 8, 4 and 8.
    fn default() -> Config {
        todo!("8, 4 and 8")
    }
}

impl Config {
    /// The widths in the environment of this process.
    ///
    /// # Errors
    ///
    /// If a value is no width. The error names every such variable and its value.
    pub fn from_env() -> Result<Config, ConfigError> {
        Config::from_env_with(|variable| std::env::var_os(variable))
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
