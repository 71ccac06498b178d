//! All that the checker prints goes through here: a reader that has seen enough is no fault, a full disk is one, and
//! neither ends a run before its progress is noted.

use std::fmt::Arguments;
use std::io::{self, ErrorKind, Write};
use std::sync::OnceLock;

/// The first failure of standard output.
static FAILED: OnceLock<String> = OnceLock::new();

/// Prints a line on standard output.
macro_rules! outln {
    () => { $crate::out::out(format_args!("\n")) };
    ($($text:tt)*) => { $crate::out::out(format_args!("{}\n", format_args!($($text)*))) };
}

/// Prints on standard output.
macro_rules! out {
    ($($text:tt)*) => { $crate::out::out(format_args!($($text)*)) };
}

/// Prints a line on standard error.
macro_rules! errln {
    ($($text:tt)*) => { $crate::out::err(format_args!($($text)*)) };
}

pub(crate) fn out(text: Arguments<'_>) {
    note(anstream::stdout().write_fmt(text));
}

/// Where standard error cannot be written, there is nobody to tell.
pub(crate) fn err(text: Arguments<'_>) {
    let _ = anstream::stderr().write_fmt(format_args!("{text}\n"));
}

/// Remembers a failure for the end of the run.
pub(crate) fn note(result: io::Result<()>) {
    match result {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => drop(FAILED.set(error.to_string())),
        _ => {}
    }
}

/// Why standard output could not be written, if it could not.
pub(crate) fn failed() -> Option<&'static str> {
    note(io::stdout().flush());
    FAILED.get().map(String::as_str)
}
