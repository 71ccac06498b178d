//! The class's folder: one learner after the other.

use crate::folder::Folder;
use crate::layout::Places;
use crate::locate::locate;
use crate::names::{self, Found};
use crate::node::{Kind, Node, Place};
use crate::take::{self, Chosen};
use crate::tree::Tree;
use crate::why::{Error, Stop, Why, printable};
use crate::{Declared, Entry, Learner, Submission, limits};
use std::collections::{BTreeMap, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::vec::IntoIter;

/// What a class handed in, by learner and task. One learner's files are in memory at once.
#[derive(Debug)]
pub struct Submissions<'a> {
    folder: PathBuf,
    tasks: &'a [Declared],
    learners: IntoIter<Found>,
    ready: VecDeque<Entry>,
    /// The folder is itself one submission.
    alone: bool,
}

/// What lies in this folder of these tasks: for each learner, in the order of their entries' bytes, one entry for each task
/// in the order given, or one for all of them. The folder may itself be one submission, or a file that is.
///
/// # Errors
///
/// Where the folder cannot be read, or no task is given. Later, an item is an error where a learner's files cannot be read
/// though they are there: this is the machine's fault, and the next learner follows.
pub fn submissions<'a>(folder: &Path, tasks: &'a [Declared]) -> Result<Submissions<'a>, Error> {
    if tasks.is_empty() {
        return Err(Error::NoTask);
    }
    let failed = |source| Error::Read { path: folder.into(), source };
    // A name for `.` and for paths that end in `..`.
    let path = folder.canonicalize().map_err(failed)?;
    let name = path.file_name().unwrap_or_default();
    let (class, learners, alone) = if path.is_dir() {
        let names = Folder::open(&path)?.names()?;
        let alone = is_one(&path, tasks, &names);
        (path.clone(), if alone { vec![names::alone(name, true)] } else { names::learners(names) }, alone)
    } else {
        (path.parent().unwrap_or(&path).to_owned(), vec![names::alone(name, false)], false)
    };
    Ok(Submissions { folder: class, tasks, learners: learners.into_iter(), ready: VecDeque::new(), alone })
}

impl Submissions<'_> {
    /// How many learners are still to come: each gives one item for each task, or one for all.
    pub fn learners(&self) -> usize {
        self.learners.len()
    }

    /// The names of those learners.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.learners.as_slice().iter().map(|found| found.learner.as_str())
    }

    /// All that one learner handed in.
    fn look(&self, found: &Found) -> Result<Vec<Entry>, Stop> {
        let mut tree = self.load(found)?;
        let mut places = locate(&mut tree, self.tasks)?;
        let mut notes = Vec::new();
        let packed = tree.packed();
        if places.is_empty() {
            tree.unpack()?;
            places = locate(&mut tree, self.tasks)?;
        } else if !packed.is_empty() {
            notes.push(format!("{} is left out: the folder holds the sources", printable(&packed[0])));
        }
        if places.is_empty() {
            return Err(self.nothing(found, &tree).into());
        }
        self.take(found, &mut tree, places, &notes)
    }

    fn load(&self, found: &Found) -> Result<Tree, Stop> {
        let class = Folder::open(&self.folder)?;
        if self.alone {
            let nodes = class.walk()?;
            return Ok(Tree::new(class, nodes));
        }
        let mut nodes = Vec::new();
        for (name, file) in &found.entries {
            match class.kind(name)? {
                None => {
                    let folder = class.below(name)?;
                    let nodes = folder.walk()?;
                    return Ok(Tree::new(folder, nodes));
                }
                Some(kind) => nodes.push(Node { path: file.replace('/', "_"), kind, place: Place::Disk(name.into()) }),
            }
        }
        if let [node] = &nodes[..]
            && let Kind::Other(what) = node.kind
        {
            return Err(Why::NotAFile { path: printable(&node.path), what }.into());
        }
        Ok(Tree::new(class, nodes))
    }

    fn nothing(&self, found: &Found, tree: &Tree) -> Why {
        match &tree.nodes[..] {
            [node] if !self.alone && node.path == found.entries[0].1 && !names::is_archive(&node.path) => {
                Why::Unknown { path: printable(&node.path) }
            }
            _ => Why::Nothing,
        }
    }

    fn take(&self, found: &Found, tree: &mut Tree, places: Places, notes: &[String]) -> Result<Vec<Entry>, Stop> {
        let mut chosen: BTreeMap<usize, Result<Chosen, Why>> = BTreeMap::new();
        for (number, place) in places {
            chosen.insert(number, place.and_then(|root| take::choose(&tree.nodes, &root, &self.tasks[number])));
        }
        let wanted = |chosen: &Chosen| chosen.files.values().copied().chain(chosen.manifest).collect::<Vec<usize>>();
        let nodes: Vec<usize> = chosen.values().flatten().flat_map(wanted).collect();
        let mut bytes: BTreeMap<usize, Vec<u8>> =
            nodes.iter().copied().zip(tree.read(&nodes, limits::FILE_BYTES)?).collect();
        let task = |(number, task): (usize, &Declared)| match chosen.remove(&number) {
            Some(Ok(chosen)) => self.submission(found, task, chosen, &mut bytes, notes),
            Some(Err(why)) => self.refused(found, Some(task), why),
            None => self.refused(found, Some(task), Why::NotHandedIn),
        };
        Ok(self.tasks.iter().enumerate().map(task).collect())
    }

    fn submission(
        &self,
        found: &Found,
        task: &Declared,
        chosen: Chosen,
        bytes: &mut BTreeMap<usize, Vec<u8>>,
        notes: &[String],
    ) -> Entry {
        let manifest = chosen.manifest.and_then(|node| bytes.remove(&node));
        let files = match take::files(&chosen.files, bytes) {
            Ok(files) => files,
            Err(why) => return self.refused(found, Some(task), why),
        };
        let missing = task.files.iter().filter(|file| !files.iter().any(|taken| taken.path == **file));
        let missing: Vec<PathBuf> = missing.cloned().collect();
        let mut notes = [notes, &chosen.notes].concat();
        notes.extend(missing.iter().map(|file| format!("src/{} is missing", file.display())));
        if let (Some(own), Some(given)) = (&manifest, &task.manifest)
            && !take::same_text(own, given)
        {
            notes.push("Cargo.toml was changed and is left out: the workbook's own is used".to_owned());
        }
        Entry::Taken(Submission {
            learner: learner(found),
            task: task.id.clone(),
            sha256: take::hash(&files),
            files,
            missing,
            notes,
            origin: self.origin(found),
        })
    }

    fn refused(&self, found: &Found, task: Option<&Declared>, why: Why) -> Entry {
        let task = task.map(|task| task.id.clone());
        Entry::Refused { learner: learner(found), task, origin: self.origin(found), why }
    }

    fn origin(&self, found: &Found) -> PathBuf {
        if self.alone { self.folder.clone() } else { self.folder.join(&found.entries[0].0) }
    }
}

impl Iterator for Submissions<'_> {
    type Item = Result<Entry, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        while self.ready.is_empty() {
            let found = self.learners.next()?;
            // The libraries that read archives should not panic; if one does, the class goes on.
            let looked = catch_unwind(AssertUnwindSafe(|| self.look(&found)));
            match looked {
                Ok(Ok(entries)) => self.ready.extend(entries),
                Ok(Err(Stop::Refused(why))) => self.ready.push_back(self.refused(&found, None, why)),
                Ok(Err(Stop::Failed(error))) => return Some(Err(error.of(learner(&found)))),
                Err(_) => {
                    let (path, problem) = (found.learner.clone(), "makes its reader panic".to_owned());
                    self.ready.push_back(self.refused(&found, None, Why::Archive { path, problem }));
                }
            }
        }
        self.ready.pop_front().map(Ok)
    }
}

fn learner(found: &Found) -> Learner {
    Learner { name: found.learner.clone(), file_name: found.file_name.clone() }
}

/// Whether a folder is one submission and no class.
fn is_one(folder: &Path, tasks: &[Declared], names: &[(std::ffi::OsString, bool)]) -> bool {
    let has = |name: &str, is_folder| names.iter().any(|(other, folder)| other == name && *folder == is_folder);
    let packages = ["exercises", "src"].into_iter().any(|name| has(name, true));
    let files = ["Cargo.toml", "lib.rs", "main.rs"].into_iter().any(|name| has(name, false));
    let task = |task: &Declared| {
        let name = |name: &str| folder.join(name).join("src").is_dir();
        name(task.name()) || name(&task.package) || folder.join(&task.folder).join("src").is_dir()
    };
    packages || files || tasks.iter().any(task)
}
