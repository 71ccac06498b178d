//! Starts a program that may read, write and reach only what it is given, and watches what it uses.
//!
//! A [`Policy`] says what a program may do. The [`Launcher`], a small program of its own, puts *itself* under that
//! policy and then becomes the program, which keeps the process id: what waits for, signals or kills the process
//! needs to know nothing of it. A [`Meter`] looks from outside at what only can be limited by looking: resident
//! memory, threads, bytes in a folder.
//!
//! It works without root and without containers, on Linux only: user and network namespaces, Landlock, seccomp and
//! resource limits. [`abilities`] tries each of them.

mod abilities;
mod launcher;
mod meter;
mod policy;

#[cfg(target_os = "linux")]
mod calls;
#[cfg(target_os = "linux")]
mod confine;
#[cfg(target_os = "linux")]
mod files;
#[cfg(target_os = "linux")]
mod limits;
#[cfg(target_os = "linux")]
mod namespaces;
#[cfg(target_os = "linux")]
mod trial;

pub use abilities::{Ability, Missing, abilities};
pub use launcher::{FAILED, Launcher};
pub use meter::{Caps, Exceeded, Meter};
pub use policy::{Limits, Network, Policy};

/// The launcher's `main`: becomes the program that the arguments name, or ends with [`FAILED`] and says why.
#[cfg(target_os = "linux")]
pub fn main(arguments: Vec<std::ffi::OsString>) -> std::process::ExitCode {
    launcher::main(arguments)
}

/// The launcher's `main`, where there is nothing to confine with.
#[cfg(not(target_os = "linux"))]
pub fn main(_: Vec<std::ffi::OsString>) -> std::process::ExitCode {
    eprintln!("sandbox: programs can only be confined on Linux");
    std::process::ExitCode::from(FAILED)
}
