//! Copies of what a learner wrote, under `.workbook/backup/`, made before any of it is changed.
//!
//! A backup is there whole or not at all: it is copied under another name, and takes its own when every byte of it has
//! reached the disk.

use crate::fault::Fault;
use crate::lock::Lock;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// How the name of a copy begins that is not whole yet.
const UNFINISHED: &str = ".unfinished-";

/// Copies a folder, without `target`, to `.workbook/backup/<name>-<time>`, and returns where it is now.
///
/// # Errors
///
/// What cannot be read or written: then there is no backup, and the caller must change nothing.
pub(crate) fn take(root: &Path, name: &str, folder: &Path) -> Result<PathBuf, Fault> {
    let backups = root.join(".workbook/backup");
    fs::create_dir_all(&backups).map_err(|error| Fault::file("create", &backups, &error))?;
    let lock = Lock::hold(&backups.join(".lock"))?;
    if lock.alone() {
        sweep(&backups);
    }
    let unfinished = backups.join(format!("{UNFINISHED}{}", std::process::id()));
    copy(folder, &unfinished)?;
    let stamp = stamp(SystemTime::now());
    let named = |number: u32| match number {
        1 => backups.join(format!("{name}-{stamp}")),
        _ => backups.join(format!("{name}-{stamp}-{number}")),
    };
    let free = (1..).map(named).find(|path| !path.exists()).expect("some number is free");
    fs::rename(&unfinished, &free).map_err(|error| Fault::file("rename", &unfinished, &error))?;
    reach_the_disk(&backups)?;
    Ok(free)
}

/// Copies all that is in a folder. A link is followed: what it names may change, and the copy must not.
fn copy(from: &Path, to: &Path) -> Result<(), Fault> {
    fs::create_dir_all(to).map_err(|error| Fault::file("create", to, &error))?;
    let entries = fs::read_dir(from).map_err(|error| Fault::file("read", from, &error))?;
    for entry in entries {
        let entry = entry.map_err(|error| Fault::file("read", from, &error))?;
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        if from.is_dir() {
            if entry.file_name() != "target" {
                copy(&from, &to)?;
            }
        } else if from.is_file() {
            fs::copy(&from, &to).map_err(|error| Fault::file("copy", &from, &error))?;
            // Windows flushes only what may be written.
            let copied = fs::File::options().append(true).open(&to).or_else(|_| fs::File::open(&to));
            copied.and_then(|file| file.sync_all()).map_err(|error| Fault::file("write", &to, &error))?;
        }
    }
    reach_the_disk(to)
}

/// The names in a folder outlive a power cut, where the system can promise it.
fn reach_the_disk(folder: &Path) -> Result<(), Fault> {
    match fs::File::open(folder).and_then(|folder| folder.sync_all()) {
        Err(error) if cfg!(unix) => Err(Fault::file("write", folder, &error)),
        _ => Ok(()),
    }
}

/// Removes what was left by those that were killed: whoever has the lock is the only one who copies.
fn sweep(backups: &Path) {
    for entry in fs::read_dir(backups).into_iter().flatten().flatten() {
        if entry.file_name().to_string_lossy().starts_with(UNFINISHED) {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

/// `20261121T093005`, in UTC.
fn stamp(now: SystemTime) -> String {
    let seconds = now.duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let (days, second) = (seconds / 86_400, seconds % 86_400);
    // Howard Hinnant's civil_from_days: a year begins in March, so that the leap day is its last.
    let shifted = days + 719_468;
    let (era, day_of_era) = (shifted / 146_097, shifted % 146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    format!("{year:04}{month:02}{day:02}T{:02}{:02}{:02}", second / 3600, second / 60 % 60, second % 60)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn a_stamp_is_a_date() {
        let at = |seconds| stamp(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds));
        assert_eq!(at(0), "19700101T000000");
        assert_eq!(at(951_782_400), "20000229T000000");
        assert_eq!(at(1_795_253_405), "20261121T093005");
        assert_eq!(at(4_107_542_399), "21000228T235959");
    }

    #[test]
    fn a_backup_is_whole_and_none_replaces_another() {
        let root = tempfile::tempdir().expect("a temporary folder");
        let folder = root.path().join("exercise");
        for (file, text) in [("src/lib.rs", "mine"), ("src/deep/own.rs", "too"), ("target/big", "built")] {
            fs::create_dir_all(folder.join(file).parent().expect("a folder")).expect("a folder");
            fs::write(folder.join(file), text).expect("a file");
        }
        fs::create_dir_all(root.path().join(".workbook/backup/.unfinished-1/src")).expect("a folder");
        let paths: Vec<PathBuf> = (0..3).map(|_| take(root.path(), "fan-out-1", &folder).expect("a backup")).collect();
        for path in &paths {
            assert_eq!(fs::read_to_string(path.join("src/lib.rs")).expect("a copy"), "mine");
            assert_eq!(fs::read_to_string(path.join("src/deep/own.rs")).expect("a copy"), "too");
            assert!(!path.join("target").exists());
        }
        assert!(paths[0] != paths[1] && paths[1] != paths[2]);
        assert!(!root.path().join(".workbook/backup/.unfinished-1").exists(), "swept away");
    }
}
