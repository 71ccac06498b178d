//! Caught by: the_widths_come_from_the_environment (fail), a_signal_ends_the_program_in_peace (fail)
//!
//! "Robust": what is no width becomes the default, in silence.

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
        Config::from_env_with(|variable| std::env::var_os(variable))
    }

    pub fn from_env_with(lookup: impl Fn(&str) -> Option<OsString>) -> Result<Config, ConfigError> {
        let default = Config::default();
        let read = |variable: &str, default| match lookup(variable) {
            None => default,
            Some(value) => width(&value, default).unwrap_or(default),
        };
        let config = Config {
            fetch: read("FETCH_WORKERS", default.fetch),
            parse: read("PARSE_WORKERS", default.parse),
            deliver: read("DELIVER_WORKERS", default.deliver),
        };
        Ok(config)
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
        let lines: Vec<String> = self.bad.iter().map(BadWidth::to_string).collect();
        f.write_str(&lines.join("\n"))
    }
}

impl Error for ConfigError {}
