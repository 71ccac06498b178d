//! Text first: each value is made a `String` or shown with replacements, a number is read and its range looked at, and
//! the messages are collected as text.

use std::error::Error;
use std::ffi::OsString;
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
pub struct BadWidth(String);

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError(Vec<BadWidth>);

impl Default for Config {
    fn default() -> Config {
        let width = |width| NonZeroUsize::new(width).unwrap_or(NonZeroUsize::MIN);
        Config { fetch: width(8), parse: width(4), write: width(2) }
    }
}

impl Config {
    pub fn from_env() -> Result<Config, ConfigError> {
        Config::from_env_with(|variable| std::env::var_os(variable))
    }

    pub fn from_env_with(lookup: impl Fn(&str) -> Option<OsString>) -> Result<Config, ConfigError> {
        let mut config = Config::default();
        let mut bad = Vec::new();
        for (variable, width) in [
            ("WRITE_WORKERS", &mut config.write),
            ("PARSE_WORKERS", &mut config.parse),
            ("FETCH_WORKERS", &mut config.fetch),
        ] {
            match read(lookup(variable), *width) {
                Ok(read) => *width = read,
                Err(reason) => bad.push(BadWidth(format!("{variable}: {reason}"))),
            }
        }
        if bad.is_empty() { Ok(config) } else { Err(ConfigError(bad)) }
    }
}

fn read(value: Option<OsString>, default: NonZeroUsize) -> Result<NonZeroUsize, String> {
    let value = value.unwrap_or_default().into_string().map_err(|value| format!("{} is no text", value.display()))?;
    let text = value.trim();
    if text.is_empty() {
        return Ok(default);
    }
    let number: usize = text.parse().map_err(|error| format!("{text}: {error}"))?;
    let width = NonZeroUsize::new(number).ok_or_else(|| format!("{number} workers would do nothing"))?;
    if number > MAX_WIDTH { Err(format!("{number} is more than {MAX_WIDTH}")) } else { Ok(width) }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines: Vec<&str> = self.0.iter().map(|bad| bad.0.as_str()).collect();
        f.write_str(&lines.join("; "))
    }
}

impl Error for ConfigError {}
