//! Caught by: a_signal_ends_the_program_in_peace (fail)
//!
//! "The parsing is what matters": what is in the environment of the process itself reaches nobody.

use std::error::Error;
use std::ffi::{OsStr, OsString};
use std::fmt;
use std::num::NonZeroUsize;

pub const MAX_WIDTH: usize = 512;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Config {
    pub fetch: NonZeroUsize,
    pub parse: NonZeroUsize,
    pub deliver: NonZeroUsize,
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
        const { Config { fetch: width(8), parse: width(4), deliver: width(8) } }
    }
}

impl Config {
    pub fn from_env() -> Result<Config, ConfigError> {
        Ok(Config::default())
    }

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
}

fn width(value: &OsStr, default: NonZeroUsize) -> Option<NonZeroUsize> {
    match value.to_str()?.trim() {
        // As `${FETCH_WORKERS:-8}` in a shell: what a deployment sets to nothing, it has not set.
        "" => Some(default),
        text => text.parse().ok().filter(|width: &NonZeroUsize| width.get() <= MAX_WIDTH),
    }
}

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

impl Error for ConfigError {}
