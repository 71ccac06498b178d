//! Where the new version comes from.

use crate::Error;
use crate::git::Git;
use std::path::{Path, PathBuf};

/// What a commit that brings a whole workbook says on a line of its own. Copies that share no history with their
/// source are compared with the last such commit.
pub const IMPORT: &str = "Workbook-Import:";

/// A new version.
#[derive(Debug)]
pub(crate) struct Source {
    /// As the user knows it.
    pub(crate) name: String,
    /// Its commit or its tree, which lies in the repository now.
    pub(crate) object: String,
    /// Whether it is a commit.
    pub(crate) commit: bool,
}

/// Where a workbook's updates come from, if it knows.
enum Place {
    /// A remote of the repository or an address, and a branch.
    Remote(String, String),
    /// A folder without git.
    Folder(PathBuf),
}

/// Fetches the new version. Nothing of the workbook changes.
pub(crate) fn fetch(git: &Git, root: &Path, from: Option<&str>, own: &Path) -> Result<Source, Error> {
    let place = match from {
        Some(from) => named(from, root)?,
        None => known(git)?,
    };
    match place {
        Place::Remote(remote, branch) => {
            git.bytes(&["fetch", "--quiet", "--no-tags", &remote, &branch], None)?;
            let object = git.text(&["rev-parse", "--verify", "FETCH_HEAD^{commit}"])?;
            whole(git, &object, &remote)?;
            let name = git.maybe(&["remote", "get-url", &remote]).unwrap_or(remote);
            Ok(Source { name, object, commit: true })
        }
        Place::Folder(folder) => {
            let index = own.join("folder");
            let git_folder = git.text(&["rev-parse", "--absolute-git-dir"])?;
            let files = git.with_folder(Path::new(&git_folder)).with_files(&folder).with_index(&index);
            files.bytes(&["add", "--all", "."], None)?;
            let object = files.text(&["write-tree"])?;
            whole(git, &object, &folder.display().to_string())?;
            Ok(Source { name: folder.display().to_string(), object, commit: false })
        }
    }
}

/// A folder, or else an address that git knows what to do with.
fn named(from: &str, root: &Path) -> Result<Place, Error> {
    let Ok(folder) = Path::new(from).canonicalize() else {
        return Ok(Place::Remote(from.to_owned(), "HEAD".to_owned()));
    };
    if folder == root {
        return Err(Error::user("a workbook is not updated from itself", "--from names another folder or an address"));
    }
    let there = Git::at(&folder);
    let of = there.maybe(&["rev-parse", "--show-toplevel"]);
    let own = of.is_some_and(|of| Path::new(&of) == folder)
        || there.maybe(&["rev-parse", "--is-bare-repository"]).is_some_and(|bare| bare == "true");
    match own {
        true => Ok(Place::Remote(folder.display().to_string(), "HEAD".to_owned())),
        false => Ok(Place::Folder(folder)),
    }
}

/// The source that `init` noted, a remote called `upstream`, the branch's own, or `origin`.
fn known(git: &Git) -> Result<Place, Error> {
    if let Some(source) = git.maybe(&["config", "workbook.source"]) {
        let branch = git.maybe(&["config", "workbook.branch"]).unwrap_or_else(|| "HEAD".to_owned());
        return Ok(Place::Remote(source, branch));
    }
    let remotes = git.text(&["remote"])?;
    let has = |name: &str| remotes.lines().any(|remote| remote == name);
    if has("upstream") {
        return Ok(Place::Remote("upstream".to_owned(), "HEAD".to_owned()));
    }
    if let Some(branch) = git.maybe(&["symbolic-ref", "--quiet", "--short", "HEAD"]) {
        let setting = |what: &str| git.maybe(&["config", &format!("branch.{branch}.{what}")]);
        if let (Some(remote), Some(branch)) = (setting("remote").filter(|remote| remote != "."), setting("merge")) {
            return Ok(Place::Remote(remote, branch));
        }
    }
    if has("origin") {
        return Ok(Place::Remote("origin".to_owned(), "HEAD".to_owned()));
    }
    Err(Error::user(
        "this workbook does not know where its updates come from",
        "name it once: `cargo checker update --from URL`, or a folder: `checker init ../new` with a newer checker, then \
         `cargo checker update --from ../new`",
    ))
}

fn whole(git: &Git, object: &str, name: &str) -> Result<(), Error> {
    let has = |path: &str| git.maybe(&["cat-file", "-t", &format!("{object}:{path}")]).is_some();
    if ["Cargo.toml", "exercises", "tests/harness"].into_iter().all(has) {
        return Ok(());
    }
    Err(Error::user(
        format!("{name} holds no workbook"),
        "a workbook has Cargo.toml, exercises/ and tests/harness/; nothing was changed",
    ))
}
