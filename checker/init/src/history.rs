//! The first commit: what was given out, to tell later what the learner wrote.

use crate::History;
use crate::place::remove;
use std::path::Path;
use update::{Error, Git, IMPORT};

/// Commits what lies in `ready`, into the repository of the folder if it has one, else into a new one in `ready`.
pub(crate) fn begin(root: &Path, ready: &Path, source: Option<&str>) -> Result<History, Error> {
    if let Err(error) = Git::at(root).text(&["--version"]) {
        return Ok(History::None(error.message));
    }
    let own = root.join(".git");
    let given = own.exists();
    let folder = if given { own } else { ready.join(".git") };
    if !given {
        remove(&folder)?;
        let name = ready.display().to_string();
        Git::at(root).text(&["init", "--quiet", "--initial-branch", "main", &name])?;
    }
    let folder = Git::at(root).text(&[
        "-C",
        &folder.parent().unwrap_or(root).display().to_string(),
        "rev-parse",
        "--absolute-git-dir",
    ])?;
    let git = Git::at(root).with_folder(Path::new(&folder)).with_files(ready);
    let head = git.maybe(&["rev-parse", "--quiet", "--verify", "HEAD^{commit}"]);
    let ours =
        head.as_ref().and_then(|_| git.maybe(&["log", "-1", "--format=%an <%ae>", &format!("--grep=^{IMPORT}")]));
    if let Some(author) = ours {
        return Ok(History::Committed(author));
    }
    git.bytes(&["add", "--all", "--force", "."], None)?;
    let tree = git.text(&["write-tree"])?;
    let parents: Vec<&str> = head.as_deref().into_iter().collect();
    let message = format!("The workbook, as it is given out\n\n{IMPORT} {}", env!("CARGO_PKG_VERSION"));
    let commit = git.commit(&tree, &parents, &message)?;
    git.text(&["update-ref", "-m", "init", "HEAD", &commit])?;
    if let Some(source) = source {
        git.text(&["config", "workbook.source", source])?;
    }
    Ok(History::Committed(git.text(&["log", "-1", "--format=%an <%ae>"])?))
}

/// Lets git look at the files in their place once, so that its first `status` need not.
pub(crate) fn refresh(root: &Path) {
    let _ = Git::at(root).output(&["update-index", "-q", "--refresh"], None);
}
