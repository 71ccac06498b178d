//! Caught by: each_variable_sets_its_own_stage (fail), the_program_runs_at_the_widths_asked (fail)
//!
//! "A number is what `parse` takes": a space before it or nothing at all is an error, wherever it came from.

use std::error::Error;
use std::ffi::{OsStr, OsString};
use std::fmt;
use std::num::NonZeroUsize;

pub const MAX_WIDTH: usize = 512;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Config {
    pub fetch: NonZeroUsize,
    pub parse: NonZeroUsize,
    pub write: NonZeroUsize,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadWidth {
    pub variable: &'static str,
    pub value: OsString,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError {
    pub bad: Vec<BadWidth>,
}

impl Default for Config {
    fn default() -> Config {
        const fn width(workers: usize) -> NonZeroUsize {
            NonZeroUsize::new(workers).expect("a default is not 0")
        }
        const { Config { fetch: width(8), parse: width(4), write: width(2) } }
    }
}

impl Config {
    pub fn from_env() -> Result<Config, ConfigError> {
        Config::from_env_with(|variable| std::env::var_os(variable))
    }

    pub fn from_env_with(lookup: impl Fn(&str) -> Option<OsString>) -> Result<Config, ConfigError> {
        let default = Config::default();
        let mut bad = Vec::new();
        let mut read = |variable, default| match lookup(variable) {
            None => default,
            Some(value) => width(&value).unwrap_or_else(|| {
                bad.push(BadWidth { variable, value });
                default // Not used: the error below is returned.
            }),
        };
        let config = Config {
            fetch: read("FETCH_WORKERS", default.fetch),
            parse: read("PARSE_WORKERS", default.parse),
            write: read("WRITE_WORKERS", default.write),
        };
        if bad.is_empty() { Ok(config) } else { Err(ConfigError { bad }) }
    }
}

fn width(value: &OsStr) -> Option<NonZeroUsize> {
    value.to_str()?.parse().ok().filter(|width: &NonZeroUsize| width.get() <= MAX_WIDTH)
}

impl fmt::Display for BadWidth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} is {:?}, expected a whole number from 1 to {MAX_WIDTH}", self.variable, self.value)
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, bad) in self.bad.iter().enumerate() {
            write!(f, "{}{bad}", if index == 0 { "" } else { "\n" })?;
        }
        Ok(())
    }
}

impl Error for ConfigError {}
