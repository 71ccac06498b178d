//! All of one submission: a folder or some files, and the archives in it.

use crate::folder::Folder;
use crate::layout;
use crate::limits;
use crate::names::{is_archive, stem};
use crate::node::{Kind, Node, Place};
use crate::tarred::Tarred;
use crate::why::{Stop, Why, printable};
use crate::zipped::{Listed, Zipped};
use std::collections::BTreeMap;
use std::io::{Read, Seek};
use std::path::Path;

/// What of a submission can be read.
#[derive(Debug)]
pub(crate) struct Tree {
    folder: Folder,
    /// What lies in the folder, then what is in its archives, each ordered by path.
    pub(crate) nodes: Vec<Node>,
    archives: Vec<(String, Archive)>,
}

#[derive(Debug)]
enum Archive {
    Zip(Box<Zipped>),
    Tar(Tarred),
}

impl Tree {
    pub(crate) fn new(folder: Folder, nodes: Vec<Node>) -> Tree {
        Tree { folder, nodes, archives: Vec::new() }
    }

    /// The archives that lie in the folder.
    pub(crate) fn packed(&self) -> Vec<String> {
        let archives = self.nodes.iter().filter(|node| node.kind == Kind::File && is_archive(&node.path));
        archives.map(|node| node.path.clone()).collect()
    }

    /// Adds what is in the archives, each as a folder of its own name. Archives inside of these stay closed.
    pub(crate) fn unpack(&mut self) -> Result<(), Stop> {
        let packed = self.packed();
        if packed.len() > limits::ARCHIVES {
            let problem = format!("is one of more than {} archives", limits::ARCHIVES);
            return Err(Why::Archive { path: printable(&packed[0]), problem }.into());
        }
        let packed: Vec<Node> =
            self.nodes.iter().filter(|node| packed.contains(&node.path) && node.kind == Kind::File).cloned().collect();
        let mut entries = 0;
        for node in packed {
            let Place::Disk(path) = &node.place else { continue };
            let (name, number) = (printable(&node.path), self.archives.len());
            let (archive, listed) = self.open(path, &name)?;
            entries += listed.len();
            if entries > limits::ENTRIES {
                return Err(Why::TooManyEntries { path: name }.into());
            }
            let folder = mounted(&node.path);
            let at = |(index, listed): (usize, Listed)| {
                let (path, kind) = listed?;
                Some(Node { path: format!("{folder}/{path}"), kind, place: Place::Packed(number, index) })
            };
            let mut nodes: Vec<Node> = listed.into_iter().enumerate().filter_map(at).collect();
            nodes.sort_by(|a, b| a.path.cmp(&b.path));
            self.nodes.extend(nodes);
            self.archives.push((name, archive));
        }
        Ok(())
    }

    /// The bytes of these nodes, each of which is a file, in their order. Of each at most one more than `most`; all
    /// together may be as many as one learner's may.
    pub(crate) fn read(&mut self, wanted: &[usize], most: u64) -> Result<Vec<Vec<u8>>, Stop> {
        let mut total = 0;
        let mut tars: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for &node in wanted {
            if let Place::Packed(archive, index) = self.nodes[node].place
                && matches!(self.archives[archive].1, Archive::Tar(_))
            {
                tars.entry(archive).or_default().push(index);
            }
        }
        let mut unpacked = BTreeMap::new();
        for (number, indices) in tars {
            let (name, archive) = &mut self.archives[number];
            if let Archive::Tar(tar) = archive {
                unpacked.insert(number, tar.read(&indices, most, limits::TOTAL_BYTES, name)?);
            }
        }
        let mut read = Vec::new();
        for &node in wanted {
            let bytes = match self.nodes[node].place.clone() {
                Place::Disk(path) => self.disk(&path, most)?,
                Place::Packed(number, index) => match &mut self.archives[number] {
                    (name, Archive::Zip(zip)) => zip.read(index, most, name)?,
                    (_, Archive::Tar(_)) => {
                        unpacked.get(&number).and_then(|files| files.get(&index)).cloned().unwrap_or_default()
                    }
                },
            };
            total += bytes.len() as u64;
            if total > limits::TOTAL_BYTES {
                return Err(Why::TooLarge.into());
            }
            read.push(bytes);
        }
        Ok(read)
    }

    fn disk(&self, path: &Path, most: u64) -> Result<Vec<u8>, Stop> {
        let (file, _) = self.folder.file(path)?;
        let mut bytes = Vec::new();
        file.take(most + 1).read_to_end(&mut bytes).map_err(|error| self.folder.failed(path, error))?;
        Ok(bytes)
    }

    fn open(&self, path: &Path, name: &str) -> Result<(Archive, Vec<Listed>), Stop> {
        let refused = |problem: String| Err(Why::Archive { path: name.to_owned(), problem }.into());
        let (mut file, length) = self.folder.file(path)?;
        if length > limits::PACKED_BYTES {
            return refused(format!("has more than {} bytes: leave out target and .git", limits::PACKED_BYTES));
        }
        let mut start = Vec::new();
        (&mut file).take(262).read_to_end(&mut start).map_err(|error| self.folder.failed(path, error))?;
        file.rewind().map_err(|error| self.folder.failed(path, error))?;
        if start.starts_with(&[0x1f, 0x8b]) || start.get(257..262) == Some(b"ustar") {
            let mut tar = Tarred::new(file, start.starts_with(&[0x1f, 0x8b]));
            let listed = tar.list(name)?;
            return Ok((Archive::Tar(tar), listed));
        }
        if start.starts_with(b"PK") {
            let mut zip = Zipped::open(file, name)?;
            let listed = zip.list(name)?;
            return Ok((Archive::Zip(Box::new(zip)), listed));
        }
        refused("is no archive: neither zip nor tar.gz, whatever its name says".to_owned())
    }
}

/// The folder that an archive stands for: of its own name, which may be a task's. A learner's `solutions.zip` is none of the
/// workbook's folders, though.
fn mounted(path: &str) -> String {
    let stem = stem(path);
    let name = stem.rsplit('/').next().unwrap_or(stem);
    if layout::NOT_THE_LEARNERS.contains(&name) || name == "src" { format!("{stem}.archive") } else { stem.to_owned() }
}
