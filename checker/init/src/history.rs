//! The first commit: what was given out, to tell later what the learner wrote.

use crate::{History, Source, UNFINISHED};
use std::path::Path;
use update::{Error, Git, IMPORT};

/// Commits what lies in `ready`, into the repository of the folder if it has one, else into a new one, which lies in
/// `ready` once it is whole.
pub(crate) fn begin(root: &Path, ready: &Path, source: Option<Source<'_>>) -> Result<History, Error> {
    if let Err(error) = Git::at(root).text(&["--version"]) {
        return Ok(History::None(error.message));
    }
    if let Some(given) = [root, ready].into_iter().find(|folder| folder.join(".git").exists()) {
        return commit(given, ready, source);
    }
    // Of this process alone: the git of one that was killed may still be writing.
    let new = root.join(UNFINISHED).join(format!("git-{}", std::process::id()));
    let name = new.display().to_string();
    Git::at(root).text(&["init", "--quiet", "--initial-branch", "main", &name])?;
    let history = commit(&new, ready, source)?;
    let (from, to) = (new.join(".git"), ready.join(".git"));
    std::fs::rename(&from, &to).map_err(|error| Error::file("write", &to, &error))?;
    Ok(history)
}

fn commit(repository: &Path, ready: &Path, source: Option<Source<'_>>) -> Result<History, Error> {
    let folder = Git::at(repository).text(&["rev-parse", "--absolute-git-dir"])?;
    let git = Git::at(repository).with_folder(Path::new(&folder)).with_files(ready);
    let head = git.maybe(&["rev-parse", "--quiet", "--verify", "HEAD^{commit}"]);
    let ours =
        head.as_ref().and_then(|_| git.maybe(&["log", "-1", "--format=%an <%ae>", &format!("--grep=^{IMPORT}")]));
    if let Some(author) = ours {
        return Ok(History::Committed(author));
    }
    // A thousand small files: written to the disk together, not one after the other.
    git.bytes(&["-c", "core.fsyncMethod=batch", "add", "--all", "--force", "."], None)?;
    let tree = git.text(&["write-tree"])?;
    let parents: Vec<&str> = head.as_deref().into_iter().collect();
    let message = format!("The workbook, as it is given out\n\n{IMPORT} {}", env!("CARGO_PKG_VERSION"));
    let commit = git.commit(&tree, &parents, &message)?;
    git.text(&["update-ref", "-m", "init", "HEAD", &commit])?;
    if let Some(source) = source {
        git.text(&["config", "workbook.source", source.address])?;
        if let Some(branch) = source.branch {
            git.text(&["config", "workbook.branch", branch])?;
        }
    }
    Ok(History::Committed(git.text(&["log", "-1", "--format=%an <%ae>"])?))
}

/// Lets git look at the files in their place once, so that its first `status` need not.
pub(crate) fn refresh(root: &Path) {
    let _ = Git::at(root).output(&["update-index", "-q", "--refresh"], None);
}
