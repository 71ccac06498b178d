//! Puts this process under a policy, step by step.

use crate::{Network, Policy, calls, files, limits, namespaces};
use nix::errno::Errno;
use nix::libc;
use std::io;
use std::path::Path;
use thiserror::Error;

/// What could not be set up.
#[derive(Debug, Error)]
pub(crate) enum Error {
    #[error("no namespaces: {0}")]
    Namespaces(io::Error),
    #[error("the limit on {0} cannot be set: {1}")]
    Limit(&'static str, Errno),
    #[error("no Landlock: {0}")]
    Files(files::Error),
    #[error("no seccomp filter: {0}")]
    Calls(calls::Error),
    #[error("descriptors cannot be closed: {0}")]
    Descriptors(Errno),
    #[error("a reaper of orphans it cannot be: {0}")]
    Reaper(Errno),
}

/// Puts this process, which has one thread, under the policy. The next `exec` must be that of the program.
pub(crate) fn confine(policy: &Policy, program: &Path) -> Result<(), Error> {
    let allowed = files::Allowed::by(policy, program).map_err(Error::Files)?;
    if policy.network == Network::Own {
        needed(policy, namespaces::enter().map_err(Error::Namespaces))?;
    }
    limits::set(&policy.limits)?;
    if policy.processes {
        // So an orphan stays among the descendants that a meter sees.
        nix::sys::prctl::set_child_subreaper(true).map_err(Error::Reaper)?;
    }
    needed(policy, allowed.enforce().map(drop).map_err(Error::Files))?;
    close_at_exec()?;
    needed(policy, calls::filter(policy.processes).map_err(Error::Calls))
}

/// Leaves out what the machine lacks, if the policy allows that.
fn needed(policy: &Policy, step: Result<(), Error>) -> Result<(), Error> {
    step.or_else(|error| if policy.weak { Ok(()) } else { Err(error) })
}

/// Only standard input, output and errors reach the program.
fn close_at_exec() -> Result<(), Error> {
    const FIRST: libc::c_long = 3;
    let flags = libc::c_long::from(libc::CLOSE_RANGE_CLOEXEC);
    #[expect(unsafe_code, reason = "nix has no `close_range`")]
    // SAFETY: it touches no memory, and nothing is closed before the `exec`.
    let closed = unsafe { libc::syscall(libc::SYS_close_range, FIRST, libc::c_long::from(libc::c_uint::MAX), flags) };
    Errno::result(closed).map(drop).map_err(Error::Descriptors)
}
