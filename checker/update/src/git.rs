//! Git as a program: its plumbing, which runs no hook and asks nothing.

use crate::Error;
use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// A repository's working tree.
#[derive(Clone, Debug)]
pub struct Git {
    root: PathBuf,
    index: Option<PathBuf>,
    work_tree: Option<PathBuf>,
    folder: Option<PathBuf>,
}

/// A file of a commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    /// `100644`, or `100755` for a program.
    pub(crate) mode: String,
    /// The hash of its text.
    pub(crate) object: String,
}

/// The files of a commit, by path.
pub(crate) type Tree = BTreeMap<String, Entry>;

/// An object that does not exist: what git writes for a file that goes.
const NO_OBJECT: &str = "0000000000000000000000000000000000000000";

impl Git {
    /// The repository that a folder lies in.
    pub fn at(root: &Path) -> Git {
        Git { root: root.into(), index: None, work_tree: None, folder: None }
    }

    /// The same with another index.
    pub fn with_index(&self, index: &Path) -> Git {
        Git { index: Some(index.into()), ..self.clone() }
    }

    /// The same repository, whose files are looked for in another folder.
    pub fn with_files(&self, folder: &Path) -> Git {
        Git { work_tree: Some(folder.into()), ..self.clone() }
    }

    /// The repository whose own folder, mostly called `.git`, is this.
    pub fn with_folder(&self, folder: &Path) -> Git {
        Git { folder: Some(folder.into()), ..self.clone() }
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("git");
        // A hook or an alias that runs the checker leaves its own repository in the environment.
        for variable in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_OBJECT_DIRECTORY"] {
            command.env_remove(variable);
        }
        command.env("LC_ALL", "C").current_dir(self.work_tree.as_ref().unwrap_or(&self.root));
        if let Some(index) = &self.index {
            command.env("GIT_INDEX_FILE", index);
        }
        if let Some(folder) = &self.work_tree {
            command.env("GIT_WORK_TREE", folder);
        }
        if let Some(folder) = &self.folder {
            command.env("GIT_DIR", folder);
        }
        command.args(arguments);
        command
    }

    /// Runs git to its end, whatever that is.
    ///
    /// # Errors
    ///
    /// Git is not installed.
    pub fn output(&self, arguments: &[&str], input: Option<&[u8]>) -> Result<Output, Error> {
        let mut command = self.command(arguments);
        command.stdin(if input.is_some() { Stdio::piped() } else { Stdio::null() });
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let lost = |error: std::io::Error| {
            Error::machine(format!("git does not start: {error}"), "install git: https://git-scm.com")
        };
        let mut child = command.spawn().map_err(lost)?;
        let feeding = child.stdin.take().zip(input.map(<[u8]>::to_vec)).map(|(mut pipe, input)| {
            // What git does not read, it says itself.
            std::thread::spawn(move || drop(pipe.write_all(&input)))
        });
        let output = child.wait_with_output().map_err(lost)?;
        if let Some(feeding) = feeding {
            let _ = feeding.join();
        }
        Ok(output)
    }

    /// What git prints.
    ///
    /// # Errors
    ///
    /// Git is not installed, or fails.
    pub fn bytes(&self, arguments: &[&str], input: Option<&[u8]>) -> Result<Vec<u8>, Error> {
        let output = self.output(arguments, input)?;
        if output.status.success() {
            return Ok(output.stdout);
        }
        let said = String::from_utf8_lossy(&output.stderr);
        let what = arguments.iter().find(|argument| argument.chars().all(|c| c.is_ascii_lowercase() || c == '-'));
        Err(Error::machine(format!("`git {}` failed\n{}", what.unwrap_or(&""), said.trim()), remedy(&said)))
    }

    /// What git prints, without the last line's end.
    ///
    /// # Errors
    ///
    /// Git is not installed, or fails.
    pub fn text(&self, arguments: &[&str]) -> Result<String, Error> {
        Ok(String::from_utf8_lossy(&self.bytes(arguments, None)?).trim_end().to_owned())
    }

    /// What git prints, unless it fails or prints nothing.
    pub fn maybe(&self, arguments: &[&str]) -> Option<String> {
        self.text(arguments).ok().filter(|text| !text.is_empty())
    }

    /// The files of a commit or a tree.
    pub(crate) fn tree(&self, commit: &str) -> Result<Tree, Error> {
        let listing = self.bytes(&["ls-tree", "-r", "-z", "--full-tree", commit], None)?;
        records(&listing, |head| {
            let mut fields = head.split(' ');
            let (mode, _kind, object) = (fields.next()?, fields.next()?, fields.next()?);
            Some(Entry { mode: mode.into(), object: object.into() })
        })
    }

    /// The files of the index.
    pub(crate) fn staged(&self) -> Result<Tree, Error> {
        let listing = self.bytes(&["ls-files", "--stage", "-z"], None)?;
        records(&listing, |head| {
            let mut fields = head.split(' ');
            let (mode, object, stage) = (fields.next()?, fields.next()?, fields.next()?);
            (stage == "0").then(|| Entry { mode: mode.into(), object: object.into() })
        })
    }

    /// The hashes of files of the working tree, in this order, as they would be committed.
    pub(crate) fn hashes(&self, paths: &[String]) -> Result<Vec<String>, Error> {
        if paths.is_empty() {
            return Ok(Vec::new());
        }
        let input = paths.join("\n") + "\n";
        let listing = self.bytes(&["hash-object", "--stdin-paths"], Some(input.as_bytes()))?;
        Ok(String::from_utf8_lossy(&listing).lines().map(str::to_owned).collect())
    }

    /// Changes the index: a path with nothing goes.
    pub(crate) fn enter(&self, changes: &[(&str, Option<&Entry>)]) -> Result<(), Error> {
        let mut input = Vec::new();
        for (path, entry) in changes {
            let (mode, object) = entry.map_or(("0", NO_OBJECT), |entry| (&entry.mode, &entry.object));
            input.extend_from_slice(format!("{mode} {object}\t{path}\0").as_bytes());
        }
        self.bytes(&["update-index", "-z", "--index-info"], Some(&input)).map(drop)
    }

    /// Writes the index as a tree of exactly these files.
    pub(crate) fn write(&self, tree: &Tree) -> Result<String, Error> {
        self.bytes(&["read-tree", "--empty"], None)?;
        let all: Vec<(&str, Option<&Entry>)> = tree.iter().map(|(path, entry)| (path.as_str(), Some(entry))).collect();
        self.enter(&all)?;
        self.text(&["write-tree"])
    }

    /// A commit of this tree. The author is the user's configured one, or else a name that says what wrote it.
    ///
    /// # Errors
    ///
    /// Git is not installed, or fails.
    pub fn commit(&self, tree: &str, parents: &[&str], message: &str) -> Result<String, Error> {
        let mut arguments = Vec::new();
        if self.maybe(&["var", "GIT_COMMITTER_IDENT"]).is_none() || self.maybe(&["var", "GIT_AUTHOR_IDENT"]).is_none() {
            arguments.extend(["-c", "user.name=Learner", "-c", "user.email=learner@localhost"]);
        }
        arguments.extend(["commit-tree", tree, "-m", message]);
        parents.iter().for_each(|parent| arguments.extend(["-p", parent]));
        self.text(&arguments)
    }
}

/// `<head>\t<path>\0` again and again.
fn records(listing: &[u8], entry: impl Fn(&str) -> Option<Entry>) -> Result<Tree, Error> {
    let mut tree = Tree::new();
    for record in listing.split(|byte| *byte == 0).filter(|record| !record.is_empty()) {
        let text = std::str::from_utf8(record).ok().and_then(|text| text.split_once('\t'));
        let Some((head, path)) = text.filter(|(_, path)| !path.contains('\n')) else {
            let name = String::from_utf8_lossy(record);
            return Err(Error::user(format!("a file's name is no plain text: {name:?}"), "rename that file"));
        };
        if let Some(entry) = entry(head) {
            tree.insert(path.to_owned(), entry);
        }
    }
    Ok(tree)
}

/// What to do about what git said.
fn remedy(said: &str) -> &'static str {
    let says = |texts: &[&str]| texts.iter().any(|text| said.contains(text));
    if says(&["No space left"]) {
        "the disk is full: free some space, then run the same command again"
    } else if says(&["dubious ownership"]) {
        "another user owns the folder: git's message names the command that allows it"
    } else if says(&[".lock': File exists", "Another git process"]) {
        "another git is at work here, or one was killed: when none runs, remove the file that git names"
    } else if says(&["Could not resolve host", "unable to access", "Connection", "timed out"]) {
        "check the network and the address, then run the same command again; nothing was changed"
    } else if says(&["does not appear to be a git repository", "not found", "does not exist"]) {
        "check the address: a git repository's, or a folder's; nothing was changed"
    } else if says(&["Permission denied", "Read-only file system"]) {
        "check who owns the folder, and whether it is read-only"
    } else {
        "git's own message says more; run the same command again once it is mended"
    }
}
