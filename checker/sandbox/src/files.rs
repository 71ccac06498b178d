//! Which files may be read, executed and written: Landlock.

use crate::Policy;
use landlock::{
    ABI, Access, AccessFs, BitFlags, CompatLevel, Compatible, LandlockStatus, PathBeneath, PathFd, Ruleset,
    RulesetAttr, RulesetCreatedAttr, RulesetStatus, Scope,
};
use std::path::{Path, PathBuf};
use thiserror::Error;

/// The newest rights that are handled. What an older kernel does not know is left out.
const ABI_HERE: ABI = ABI::V9;

/// The dynamic loaders: an `exec` of a dynamically linked program executes one, too.
const LOADERS: [&str; 5] = [
    "/lib64/ld-linux-x86-64.so.2",
    "/lib/ld-linux-aarch64.so.1",
    "/lib/ld-musl-x86_64.so.1",
    "/lib/ld-musl-aarch64.so.1",
    "/nix/store",
];

/// What an ordinary program reads: libraries, and what the C library asks to know the machine and `localhost`.
const READ: [&str; 16] = [
    "/lib",
    "/lib64",
    "/usr/lib",
    "/usr/lib64",
    "/etc/ld.so.cache",
    "/etc/localtime",
    "/etc/hosts",
    "/etc/host.conf",
    "/etc/nsswitch.conf",
    "/etc/gai.conf",
    "/dev/urandom",
    "/dev/random",
    "/dev/zero",
    "/sys/devices/system/cpu/online",
    "/sys/kernel/mm/transparent_hugepage/enabled",
    "/proc/sys/vm/overcommit_memory",
];

/// What it also writes. Nothing of `/proc`: a process could write its own memory, whatever its pages allow.
const WRITTEN: [&str; 2] = ["/dev/null", "/dev/full"];

/// Why files are not confined.
#[derive(Debug, Error)]
pub(crate) enum Error {
    #[error("{path}: {source}", path = path.display())]
    Path { path: PathBuf, source: landlock::PathFdError },
    #[error(transparent)]
    Rules(#[from] landlock::RulesetError),
    #[error("the kernel was started without it; `lsm=landlock,…` on its command line brings it")]
    NotEnabled,
    #[error("the kernel has none; Linux 5.13 or later, built with CONFIG_SECURITY_LANDLOCK, has it")]
    NotBuilt,
}

/// What may be done, and where. The paths are open already, so that nobody puts others in their place.
pub(crate) struct Allowed(Vec<(PathFd, BitFlags<AccessFs>)>);

impl Allowed {
    pub(crate) fn by(policy: &Policy, program: &Path) -> Result<Allowed, Error> {
        let read = AccessFs::ReadFile | AccessFs::ReadDir;
        let execute = read | AccessFs::Execute;
        let mut allowed = Allowed(Vec::new());
        for path in
            READ.iter().map(Path::new).chain([Path::new("/proc/self")]).chain(quotas().iter().map(PathBuf::as_path))
        {
            allowed.where_it_is(path, read);
        }
        LOADERS.iter().for_each(|path| allowed.where_it_is(Path::new(path), execute));
        WRITTEN.iter().for_each(|path| allowed.where_it_is(Path::new(path), AccessFs::ReadFile | AccessFs::WriteFile));
        allowed.add(program, execute)?;
        policy.read.iter().try_for_each(|path| allowed.add(path, read))?;
        policy.execute.iter().try_for_each(|path| allowed.add(path, execute))?;
        policy.write.iter().try_for_each(|path| allowed.add(path, written()))?;
        Ok(allowed)
    }

    /// What not every system has.
    fn where_it_is(&mut self, path: &Path, access: BitFlags<AccessFs>) {
        let _ = self.add(path, access);
    }

    fn add(&mut self, path: &Path, access: BitFlags<AccessFs>) -> Result<(), Error> {
        let opened = PathFd::new(path).map_err(|source| Error::Path { path: path.to_owned(), source })?;
        let access = if path.is_dir() { access } else { access & AccessFs::from_file(ABI_HERE) };
        self.0.push((opened, access));
        Ok(())
    }

    /// From now on this process, and all that it becomes or starts, may do that and nothing else. Signals and abstract
    /// sockets do not leave it either, where the kernel knows that.
    ///
    /// Tells the version of Landlock that the kernel has.
    pub(crate) fn enforce(self) -> Result<i32, Error> {
        let mut rules = Ruleset::default()
            .set_compatibility(CompatLevel::BestEffort)
            .handle_access(AccessFs::from_all(ABI_HERE))?
            .scope(Scope::from_all(ABI_HERE))?
            .create()?;
        for (path, access) in self.0 {
            rules = rules.add_rule(PathBeneath::new(path, access))?;
        }
        let status = rules.restrict_self()?;
        match (status.ruleset, status.landlock) {
            (
                RulesetStatus::FullyEnforced | RulesetStatus::PartiallyEnforced,
                LandlockStatus::Available { effective_abi, kernel_abi },
            ) => Ok(kernel_abi.unwrap_or(effective_abi as i32)),
            (_, LandlockStatus::NotEnabled) => Err(Error::NotEnabled),
            _ => Err(Error::NotBuilt),
        }
    }
}

/// Below a folder that may be written. No links, sockets, pipes or devices: whoever looks into the folder afterwards
/// should find files.
fn written() -> BitFlags<AccessFs> {
    AccessFs::ReadFile
        | AccessFs::ReadDir
        | AccessFs::WriteFile
        | AccessFs::Truncate
        | AccessFs::MakeReg
        | AccessFs::MakeDir
        | AccessFs::RemoveFile
        | AccessFs::RemoveDir
        | AccessFs::Refer
}

/// Where the control groups' processor quotas stand, which `available_parallelism` asks for.
fn quotas() -> Vec<PathBuf> {
    let group = std::fs::read_to_string("/proc/self/cgroup").unwrap_or_default();
    let Some(group) = group.lines().find_map(|line| line.strip_prefix("0::/")) else { return Vec::new() };
    let folder = Path::new("/sys/fs/cgroup").join(group);
    folder
        .ancestors()
        .take_while(|folder| folder.starts_with("/sys/fs/cgroup"))
        .map(|folder| folder.join("cpu.max"))
        .filter(|quota| quota.is_file())
        .collect()
}
