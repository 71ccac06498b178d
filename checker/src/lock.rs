//! One checker at a time: a lock that the system takes back when its holder ends, however it ends.

use crate::fault::Fault;
use std::fs::{File, TryLockError};
use std::path::Path;
use std::time::{Duration, Instant};

/// How long another checker may hold a lock, which it needs for some milliseconds.
const PATIENCE: Duration = Duration::from_secs(10);

/// The right to write, until it is dropped.
pub(crate) struct Lock {
    _file: File,
    alone: bool,
}

impl Lock {
    /// Waits for the lock on this file, which is made if it is not there.
    ///
    /// # Errors
    ///
    /// A file that cannot be written, and another checker that holds the lock for ten seconds.
    pub(crate) fn hold(path: &Path) -> Result<Lock, Fault> {
        let file = File::options().append(true).create(true).open(path);
        let file = file.map_err(|error| Fault::file("write", path, &error))?;
        let began = Instant::now();
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(Lock { _file: file, alone: true }),
                Err(TryLockError::WouldBlock) if began.elapsed() < PATIENCE => {
                    std::thread::park_timeout(Duration::from_millis(2));
                }
                Err(TryLockError::WouldBlock) => {
                    let message = format!("another checker has held {} for {} s", path.display(), PATIENCE.as_secs());
                    return Err(Fault::infra(message).help("one that was stopped with Ctrl-Z goes on with `fg`"));
                }
                // Without locks, two checkers at once are the user's to keep apart.
                Err(TryLockError::Error(_)) => return Ok(Lock { _file: file, alone: false }),
            }
        }
    }

    /// Whether nobody else has it: some file systems know no locks.
    pub(crate) fn alone(&self) -> bool {
        self.alone
    }
}
