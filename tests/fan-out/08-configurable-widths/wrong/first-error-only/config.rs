//! Caught by: one_error_names_every_bad_value (fail), the_program_refuses_a_bad_environment (fail)
//!
//! "`?` is how errors are passed on": the first bad value hides the others.

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
        let read = |variable, default| match lookup(variable) {
            None => Ok(default),
            Some(value) => match width(&value, default) {
                Some(width) => Ok(width),
                None => Err(ConfigError { bad: vec![BadWidth { variable, value }] }),
            },
        };
        Ok(Config {
            fetch: read("FETCH_WORKERS", default.fetch)?,
            parse: read("PARSE_WORKERS", default.parse)?,
            write: read("WRITE_WORKERS", default.write)?,
        })
    }
}

fn width(value: &OsStr, default: NonZeroUsize) -> Option<NonZeroUsize> {
    match value.to_str()?.trim() {
        "" => Some(default),
        text => text.parse().ok().filter(|width: &NonZeroUsize| width.get() <= MAX_WIDTH),
    }
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
