//! Takes a task's sources out of a submission.

use crate::layout::Root;
use crate::limits;
use crate::node::{Kind, Node};
use crate::why::{Why, printable};
use crate::{Declared, File};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// Notes of one kind: more are counted.
const NOTES: usize = 5;

/// What would change how a package is built: from a submission it is never taken.
const BUILD: [&str; 5] = ["build.rs", ".cargo", "rust-toolchain", "rust-toolchain.toml", "clippy.toml"];

/// What is taken for one task, before it is read.
#[derive(Debug, Default)]
pub(crate) struct Chosen {
    /// Nodes by their path inside `src/`.
    pub(crate) files: BTreeMap<String, usize>,
    /// What is left out, and why.
    pub(crate) notes: Vec<String>,
    /// The package's `Cargo.toml`.
    pub(crate) manifest: Option<usize>,
}

/// Which files of this place are the task's.
pub(crate) fn choose(nodes: &[Node], root: &Root, task: &Declared) -> Result<Chosen, Why> {
    let mut chosen = Chosen::default();
    if let Some((node, name)) = &root.single {
        plain(&nodes[*node])?;
        let path = &nodes[*node].path;
        if path != name {
            chosen.notes.push(format!("{} is taken as src/{name}", printable(path)));
        }
        chosen.files.insert(name.clone(), *node);
        return Ok(chosen);
    }
    let package = root.folder.strip_suffix("src/").filter(|above| above.is_empty() || above.ends_with('/'));
    refuse_links(nodes, &root.folder)?;
    let mut left = Vec::new();
    for (number, node) in nodes.iter().enumerate() {
        if let Some(path) = node.path.strip_prefix(&root.folder) {
            in_sources(&mut chosen, &mut left, (number, node), path, task, package.is_none())?;
        }
        let beside = node.path.strip_prefix(package.unwrap_or(&root.folder)).unwrap_or_default();
        let first = beside.split('/').next().unwrap_or_default();
        if beside == "Cargo.toml" && node.kind == Kind::File {
            chosen.manifest = Some(number);
        } else if BUILD.contains(&first) {
            let note = format!("{first} is left out: it would change how the task is built");
            if !chosen.notes.contains(&note) {
                chosen.notes.push(note);
            }
        }
    }
    if chosen.files.len() > limits::FILES {
        return Err(Why::TooManyFiles);
    }
    one_file_each(&chosen.files)?;
    if left.len() > NOTES {
        let more = left.len() - NOTES;
        left.truncate(NOTES);
        left.push(format!("{more} more files in src are left out"));
    }
    chosen.notes.extend(left);
    Ok(chosen)
}

/// What becomes of a node that lies in the folder of the sources.
fn in_sources(
    chosen: &mut Chosen,
    left: &mut Vec<String>,
    (number, node): (usize, &Node),
    path: &str,
    task: &Declared,
    loose: bool,
) -> Result<(), Why> {
    let top = path.split('/').next().unwrap_or_default();
    if loose && (path == "build.rs" || matches!(top, "tests" | "benches" | "examples" | "solutions" | "target")) {
        return Ok(());
    }
    let source = path.ends_with(".rs");
    if !loose || source {
        plain(node)?;
    }
    if source && path.contains(|c: char| c.is_control() || c == char::REPLACEMENT_CHARACTER) {
        return Err(Why::Path { path: printable(&node.path), problem: "has a control character, or is not UTF-8" });
    }
    let declared = task.files.iter().any(|file| file.to_str() == Some(path));
    match node.kind {
        Kind::File if source && (declared || task.modules) => {
            let earlier = chosen.files.insert(path.to_owned(), number);
            return earlier
                .map_or(Ok(()), |_| Err(Why::SameName { first: printable(path), second: printable(&node.path) }));
        }
        Kind::File if source => left.push(format!("src/{} is left out: the task does not declare it", printable(path))),
        Kind::Unseen if !loose => left.push(format!("src/{} is not looked into", printable(path))),
        Kind::File if !loose => left.push(format!("src/{} is left out: it is no .rs file", printable(path))),
        _ => {}
    }
    Ok(())
}

/// Neither the folder of the sources nor its package may be something else than a folder.
fn refuse_links(nodes: &[Node], folder: &str) -> Result<(), Why> {
    let src = folder.trim_end_matches('/');
    let package = src.strip_suffix("/src").unwrap_or(src);
    nodes.iter().filter(|node| !src.is_empty() && (node.path == src || node.path == package)).try_for_each(plain)
}

fn plain(node: &Node) -> Result<(), Why> {
    match node.kind {
        Kind::Other(what) => Err(Why::NotAFile { path: printable(&node.path), what }),
        Kind::File | Kind::Unseen => Ok(()),
    }
}

fn one_file_each(files: &BTreeMap<String, usize>) -> Result<(), Why> {
    let mut folded: BTreeMap<String, &String> = BTreeMap::new();
    for path in files.keys() {
        if let Some(first) = folded.insert(path.to_lowercase(), path) {
            return Err(Why::SameName { first: printable(first), second: printable(path) });
        }
    }
    Ok(())
}

/// The files with their bytes, of those that were read, or why they are too long.
pub(crate) fn files(chosen: &BTreeMap<String, usize>, read: &mut BTreeMap<usize, Vec<u8>>) -> Result<Vec<File>, Why> {
    let mut taken = Vec::new();
    for (path, node) in chosen {
        let bytes = read.remove(node).unwrap_or_default();
        if bytes.len() as u64 > limits::FILE_BYTES {
            return Err(Why::FileTooLarge { path: format!("src/{}", printable(path)) });
        }
        taken.push(File { path: PathBuf::from(path), bytes });
    }
    Ok(taken)
}

/// What goes without saying is not noted: line ends, and blanks at the end.
pub(crate) fn same_text(one: &[u8], other: &[u8]) -> bool {
    let lines = |bytes| -> Vec<String> {
        String::from_utf8_lossy(bytes).trim().lines().map(|line| line.trim_end().to_owned()).collect()
    };
    lines(one) == lines(other)
}

/// The hash of what is taken: of `submission 1`, a line feed, and for each file by its path's bytes the path's length, the
/// path, the content's length and the content; lengths are 64-bit little-endian numbers.
pub(crate) fn hash(files: &[File]) -> String {
    let mut hash = Sha256::new();
    hash.update(b"submission 1\n");
    for file in files {
        let path = file.path.as_os_str().as_encoded_bytes();
        for part in [path, &file.bytes] {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        }
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}
