//! Resource limits.

use crate::Limits;
use crate::confine::Error;
use nix::sys::resource::{Resource, getrlimit, setrlimit};

/// Sets the limits for this process and what it becomes. None is raised above what was allowed already; the stack's
/// stays as it is.
pub(crate) fn set(limits: &Limits) -> Result<(), Error> {
    let cpu = limits.cpu.as_secs() + u64::from(limits.cpu.subsec_nanos() > 0);
    // The first limit on processor time is a signal, which could be handled; the second kills.
    lower("processor time", Resource::RLIMIT_CPU, cpu, cpu + 1)?;
    lower("address space", Resource::RLIMIT_AS, limits.address_space, limits.address_space)?;
    lower("file size", Resource::RLIMIT_FSIZE, limits.file_size, limits.file_size)?;
    lower("descriptors", Resource::RLIMIT_NOFILE, limits.descriptors, limits.descriptors)?;
    lower("core dumps", Resource::RLIMIT_CORE, 0, 0)?;
    lower("locked memory", Resource::RLIMIT_MEMLOCK, LOCKED, LOCKED)
}

/// Bytes that may be locked: what systems allow by default, and io_uring is refused anyhow.
const LOCKED: u64 = 8 << 20;

fn lower(what: &'static str, resource: Resource, soft: u64, hard: u64) -> Result<(), Error> {
    let (_, most) = getrlimit(resource).map_err(|error| Error::Limit(what, error))?;
    setrlimit(resource, soft.min(most), hard.min(most)).map_err(|error| Error::Limit(what, error))
}
