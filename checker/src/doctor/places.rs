//! The folders: the workbook's own, the target folder and its disk, and the locks in them.

use super::{Finding, said};
use crate::stage;
use catalog::Workbook;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

pub(super) fn examine(workbook: &Workbook) -> Vec<Finding> {
    let (root, target) = (workbook.root(), stage::target(workbook.root()));
    let mut findings = vec![tree(root), folder(&target)];
    findings.extend(disk(&target));
    findings.push(at_work(&target));
    findings.push(versions(root));
    findings
}

fn tree(root: &Path) -> Finding {
    let name = root.display().to_string();
    match writable(root) {
        Ok(()) => Finding::ok("workbook", name),
        Err(error) => Finding::bad(
            "workbook",
            format!("{name}: {error}"),
            "you cannot edit here, and no progress is kept: copy the workbook into a folder of your own. To judge only, \
             set CARGO_TARGET_DIR to a folder that you may write to",
        ),
    }
}

fn folder(target: &Path) -> Finding {
    let name = target.display().to_string();
    match fs::create_dir_all(target).and_then(|()| writable(target)) {
        Ok(()) => Finding::ok("target folder", name),
        Err(error) => Finding::bad(
            "target folder",
            format!("{name}: {error}"),
            "set CARGO_TARGET_DIR to a folder that you may write to",
        ),
    }
}

fn writable(folder: &Path) -> io::Result<()> {
    let probe = folder.join(format!(".doctor-{}", std::process::id()));
    fs::write(&probe, b"probe")?;
    fs::remove_file(&probe)
}

#[cfg(unix)]
fn disk(target: &Path) -> Option<Finding> {
    // The folder may not exist.
    let there = target.ancestors().find(|folder| folder.exists())?;
    let disk = nix::sys::statvfs::statvfs(there).ok()?;
    let free = disk.blocks_available() as f64 * disk.fragment_size() as f64 / f64::from(1 << 30);
    let found = format!("{free:.1} GB free");
    let remedy = "`cargo clean` frees what was built";
    Some(if free < 0.5 {
        Finding::bad("disk", found, format!("the first build takes about 0.5 GB: {remedy}"))
    } else if free < 3.0 {
        Finding::less("disk", found, format!("all tasks together take about 2 GB: {remedy}"))
    } else if disk.files() > 0 && disk.files_available() < 20_000 {
        let found = format!("{found}, but room for {} files only", disk.files_available());
        Finding::less("disk", found, format!("all tasks together are about 10 000 files: {remedy}"))
    } else {
        Finding::ok("disk", found)
    })
}

#[cfg(not(unix))]
fn disk(_: &Path) -> Option<Finding> {
    None
}

/// Whether a checker or a cargo holds what the next verdict waits for.
fn at_work(target: &Path) -> Finding {
    let held = |path: &PathBuf| {
        let file = fs::File::open(path).ok()?;
        matches!(file.try_lock(), Err(fs::TryLockError::WouldBlock)).then_some(())
    };
    let stage = target.join("subjects/.lock");
    if held(&stage).is_some() {
        let holder = stage::holder(&stage).unwrap_or_else(|| "another checker".to_owned());
        let remedy = "the next verdict waits for it; where it hangs, end it with Ctrl-C in its terminal";
        return Finding::less("at work", holder, remedy);
    }
    let cargo = ["judge", "checker"].map(|profile| target.join(profile).join(".cargo-lock"));
    match cargo.iter().find(|path| held(path).is_some()) {
        Some(path) => Finding::less(
            "at work",
            format!("a cargo builds in {}", path.parent().unwrap_or(path).display()),
            "the next verdict waits for it; an editor should build with the ordinary profile, in target/debug",
        ),
        None => Finding::ok("at work", "no other checker"),
    }
}

/// The lock file of versions.
fn versions(root: &Path) -> Finding {
    const RESTORE: &str = "`git restore Cargo.lock` brings it back";
    let path = root.join("Cargo.lock");
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) => {
            let remedy = format!("the next build would choose the newest versions, which nobody tested: {RESTORE}");
            return Finding::less("Cargo.lock", error.to_string(), remedy);
        }
    };
    if text.contains("<<<<<<<") || text.parse::<toml::Table>().is_err() {
        return Finding::bad("Cargo.lock", "is no TOML: a merge was left half done?", RESTORE);
    }
    let tokio = tokio(&text);
    let wanted = fs::read_to_string(root.join("Cargo.toml")).ok().and_then(|text| text.parse::<toml::Table>().ok());
    let wanted = wanted.and_then(|table| {
        let tokio = table.get("workspace")?.get("dependencies")?.get("tokio")?;
        let version = tokio.as_str().or_else(|| tokio.get("version")?.as_str())?;
        Some(version.trim_start_matches('=').to_owned())
    });
    if let (Some(found), Some(wanted)) = (&tokio, &wanted)
        && found != wanted
    {
        let found = format!("tokio {found}, where the workbook asks for {wanted}");
        return Finding::less("Cargo.lock", found, format!("the next build changes it; or {RESTORE}"));
    }
    let changed = said(Command::new("git").args(["status", "--porcelain", "Cargo.lock"]).current_dir(root));
    match changed {
        Some(changed) if !changed.is_empty() => Finding::ok(
            "Cargo.lock",
            "changed: by a dependency that you added, or by another cargo. An update keeps a copy",
        ),
        _ => Finding::ok("Cargo.lock", "as it was given out"),
    }
}

/// Tokio's version in a lock file.
fn tokio(lock: &str) -> Option<String> {
    let (_, after) = lock.split_once("name = \"tokio\"\nversion = \"")?;
    Some(after.split('"').next()?.to_owned())
}
