//! The workbook's folder as it lies there.

use crate::Error;
use crate::git::{Entry, Git, Tree};
use crate::tasks::{exercise, exercises};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// A file's length in bytes and the time of its last change: what an editor's save changes.
pub(crate) type Seen = (u64, Option<SystemTime>);

/// The folder.
#[derive(Debug)]
pub(crate) struct Disk<'a> {
    pub(crate) root: &'a Path,
    /// A folder of the update's own, for what is not yet in its place.
    pub(crate) own: PathBuf,
}

/// What was found in the folder, by the paths that files will have.
#[derive(Debug, Default)]
pub(crate) struct Work {
    /// The hashes of files.
    pub(crate) objects: BTreeMap<String, String>,
    /// Where they lie: some still under their task's old name.
    pub(crate) places: BTreeMap<String, String>,
    /// How files looked, by where they lie.
    pub(crate) seen: BTreeMap<String, Seen>,
    /// Files of renamed or removed exercises that no version of the workbook has: where they lie, and will lie.
    pub(crate) extra: Vec<(String, String)>,
    /// Files that lie under their task's old and new name: the old ones, and whether nobody wrote in them.
    pub(crate) twice: Vec<(String, bool)>,
}

impl Disk<'_> {
    /// Looks at each file that the learner may have changed or that is to be replaced. `old` leads from an exercise's
    /// folder to the one that it had.
    pub(crate) fn look(
        &self,
        git: &Git,
        base: &Tree,
        head: &Tree,
        theirs: &Tree,
        old: &BTreeMap<String, String>,
    ) -> Result<Work, Error> {
        let mut work = Work::default();
        let gone = |folder: &str| exercises(base).contains(folder) && !exercises(theirs).contains(folder);
        let mut candidates = BTreeMap::new();
        for path in base.keys().chain(theirs.keys()).chain(head.keys()) {
            let renamed = exercise(path).and_then(|folder| Some((folder, old.get(folder)?)));
            let unsettled = base.get(path) != theirs.get(path) || head.get(path) != theirs.get(path);
            if unsettled || renamed.is_some() {
                candidates.insert(path.clone(), renamed.map(|(new, old)| format!("{old}{}", &path[new.len()..])));
            }
        }
        for place in candidates.iter().flat_map(|(path, before)| std::iter::once(path).chain(before)) {
            if let Some(seen) = seen(&self.root.join(place))? {
                work.seen.insert(place.clone(), seen);
            }
        }
        let present: Vec<String> = work.seen.keys().cloned().collect();
        let hashes: BTreeMap<String, String> = present.iter().cloned().zip(git.hashes(&present)?).collect();
        for (path, before) in candidates {
            let is = |place: &String, tree: &Tree| hashes.get(place) == tree.get(&path).map(|entry| &entry.object);
            let old = before.filter(|old| hashes.contains_key(old));
            let place = match old {
                // An update was interrupted before the old one went, or was moved here.
                Some(old) if hashes.contains_key(&path) && !is(&path, theirs) => {
                    work.twice.push((old.clone(), is(&old, base)));
                    path.clone()
                }
                Some(old) => old,
                None => path.clone(),
            };
            if let Some(object) = hashes.get(&place) {
                work.objects.insert(path.clone(), object.clone());
                work.places.insert(path, place);
            }
        }
        let removed = exercises(base).into_iter().filter(|folder| gone(folder)).map(|folder| (folder, folder));
        for (from, to) in old.iter().map(|(new, old)| (old.as_str(), new.as_str())).chain(removed) {
            for path in self.below(from)? {
                let will = format!("{to}{}", &path[from.len()..]);
                if !work.seen.contains_key(&path) && !base.contains_key(&will) {
                    work.extra.push((path, will));
                }
            }
        }
        Ok(work)
    }

    /// The files in and below an exercise, but for what is built.
    fn below(&self, folder: &str) -> Result<Vec<String>, Error> {
        let (mut files, mut open) = (Vec::new(), vec![folder.to_owned()]);
        while let Some(folder) = open.pop() {
            let path = self.root.join(&folder);
            let entries = match fs::read_dir(&path) {
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
                entries => entries.map_err(|error| Error::file("read", &path, &error))?,
            };
            for entry in entries {
                let entry = entry.map_err(|error| Error::file("read", &path, &error))?;
                let name = entry.file_name().into_string().map_err(|name| {
                    Error::user(format!("a file's name is no plain text: {name:?}"), "rename that file")
                })?;
                let inside = format!("{folder}/{name}");
                match entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                    true if name != "target" => open.push(inside),
                    true => {}
                    false => files.push(inside),
                }
            }
        }
        files.sort();
        Ok(files)
    }

    pub(crate) fn read(&self, path: &str) -> Result<Vec<u8>, Error> {
        let path = self.root.join(path);
        fs::read(&path).map_err(|error| Error::file("read", &path, &error))
    }

    /// Both changes in one text; nothing if they touch the same lines.
    pub(crate) fn merge(
        &self,
        git: &Git,
        path: &str,
        ours: &[u8],
        base: Option<&Entry>,
        theirs: &Entry,
    ) -> Result<Option<Vec<u8>>, Error> {
        let as_in_the_folder =
            |entry: &Entry| git.bytes(&["cat-file", "--filters", &format!("--path={path}"), &entry.object], None);
        let base = base.map_or(Ok(Vec::new()), as_in_the_folder)?;
        let mut files = Vec::new();
        for (name, text) in [("ours", ours), ("base", &base), ("theirs", &as_in_the_folder(theirs)?)] {
            let file = self.own.join(name);
            write(&file, text)?;
            files.push(file.display().to_string());
        }
        let output = git.output(&["merge-file", "-p", "-q", &files[0], &files[1], &files[2]], None)?;
        Ok(output.status.success().then_some(output.stdout))
    }

    /// A text as an object of the repository.
    pub(crate) fn store(&self, git: &Git, text: &[u8], mode: &str) -> Result<Entry, Error> {
        let object = git.bytes(&["hash-object", "-w", "--stdin"], Some(text))?;
        let object = String::from_utf8_lossy(&object).trim().to_owned();
        Ok(Entry { mode: mode.into(), object })
    }
}

/// How a file looks; nothing if there is none.
pub(crate) fn seen(path: &Path) -> Result<Option<Seen>, Error> {
    match fs::symlink_metadata(path) {
        Ok(found) if found.is_dir() => {
            Err(Error::user(format!("{} is a folder, where a file should be", path.display()), "move it elsewhere"))
        }
        Ok(found) => Ok(Some((found.len(), found.modified().ok()))),
        Err(error) if matches!(error.kind(), std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory) => {
            Ok(None)
        }
        Err(error) => Err(Error::file("look at", path, &error)),
    }
}

/// Writes a file and the folders that it lies in.
pub(crate) fn write(path: &Path, text: &[u8]) -> Result<(), Error> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(|error| Error::file("create", folder, &error))?;
    }
    fs::write(path, text).map_err(|error| Error::file("write", path, &error))
}

/// Lets whoever may read a file run it.
///
/// # Errors
///
/// A file that is not there, or is another's.
#[cfg(unix)]
pub fn runnable(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let mode = fs::metadata(path)?.permissions().mode();
    fs::set_permissions(path, fs::Permissions::from_mode(mode | 0o111 & (mode >> 2)))
}

/// Lets whoever may read a file run it.
///
/// # Errors
///
/// A file that is not there, or is another's.
#[cfg(not(unix))]
pub fn runnable(_: &Path) -> std::io::Result<()> {
    Ok(())
}
