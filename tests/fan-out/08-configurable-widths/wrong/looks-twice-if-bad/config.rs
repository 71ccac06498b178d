//! Caught by: each_variable_is_looked_up_once (fail)
//!
//! "An error is rare, so it may cost a second look": what was bad is looked up again for the message, and may be another
//! value by then.

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
        let stages =
            [("FETCH_WORKERS", default.fetch), ("PARSE_WORKERS", default.parse), ("WRITE_WORKERS", default.write)];
        let read = |(variable, default)| lookup(variable).map_or(Some(default), |value| width(&value, default));
        let widths: Vec<NonZeroUsize> = stages.into_iter().filter_map(read).collect();
        if let [fetch, parse, write] = widths[..] {
            return Ok(Config { fetch, parse, write });
        }
        let wrong = |(variable, default)| {
            let value = lookup(variable)?;
            width(&value, default).is_none().then_some(BadWidth { variable, value })
        };
        Err(ConfigError { bad: stages.into_iter().filter_map(wrong).collect() })
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
