//! A folder on the disk, looked at without following anything: each component is opened by its own descriptor, and what
//! was opened is looked at again before it is read.

use crate::limits;
use crate::node::{Kind, Node, Place};
use crate::why::{Error, Stop, Why, printable};
use nix::dir::Dir;
use nix::errno::Errno;
use nix::fcntl::{AtFlags, OFlag, open, openat};
use nix::sys::stat::{FileStat, Mode, SFlag, fstat, fstatat};
use std::ffi::{CString, OsStr, OsString};
use std::fs::File;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

/// Folders that a learner's programs fill, and that no task's sources lie in.
const UNSEEN: [&str; 4] = [".git", "target", "node_modules", "__MACOSX"];

/// A folder that is open.
#[derive(Debug)]
pub(crate) struct Folder {
    descriptor: OwnedFd,
    /// For messages.
    path: PathBuf,
}

impl Folder {
    /// The class's folder, which the instructor names: links are followed.
    pub(crate) fn open(path: &Path) -> Result<Folder, Error> {
        let flags = OFlag::O_RDONLY | OFlag::O_DIRECTORY | OFlag::O_CLOEXEC;
        let opened = open(path, flags, Mode::empty());
        let descriptor = opened.map_err(|errno| Error::Read { path: path.into(), source: errno.into() })?;
        Ok(Folder { descriptor, path: path.into() })
    }

    /// The names in it, each with whether it is a folder.
    pub(crate) fn names(&self) -> Result<Vec<(OsString, bool)>, Error> {
        let failed = |errno: Errno| Error::Read { path: self.path.clone(), source: errno.into() };
        let mut names = Vec::new();
        for name in listing(&self.descriptor, usize::MAX).map_err(failed)? {
            let stat = look(&self.descriptor, &name).map_err(failed)?;
            names.push((name, is(&stat, SFlag::S_IFDIR)));
        }
        Ok(names)
    }

    /// A folder in it. What is no folder is the submission's fault.
    pub(crate) fn below(&self, name: &OsStr) -> Result<Folder, Stop> {
        let flags = OFlag::O_RDONLY | OFlag::O_DIRECTORY;
        let descriptor = self.descend(Path::new(name), flags)?;
        Ok(Folder { descriptor, path: self.path.join(name) })
    }

    /// What one name in it is; `None` is a folder.
    pub(crate) fn kind(&self, name: &OsStr) -> Result<Option<Kind>, Stop> {
        let stat = look(&self.descriptor, name).map_err(|errno| self.stop(Path::new(name), errno))?;
        Ok(kind(&stat))
    }

    /// Everything below it but for folders that are never of a task, ordered by path.
    pub(crate) fn walk(&self) -> Result<Vec<Node>, Stop> {
        let mut nodes = Vec::new();
        let (mut seen, mut open) = (0, vec![PathBuf::new()]);
        while let Some(folder) = open.pop() {
            let names = self.list(&folder, limits::ENTRIES - seen)?;
            seen += names.len();
            let descriptor = self.descend(&folder, OFlag::O_RDONLY | OFlag::O_DIRECTORY)?;
            for name in names {
                let path = folder.join(&name);
                check(&path)?;
                let kind = kind(&look(&descriptor, &name).map_err(|errno| self.stop(&path, errno))?);
                match kind {
                    None if unseen(&folder, &name) => nodes.push(node(path, Kind::Unseen)),
                    None => open.push(path),
                    Some(kind) => nodes.push(node(path, kind)),
                }
            }
        }
        nodes.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(nodes)
    }

    /// A plain file below it, open for reading, and how long it is.
    pub(crate) fn file(&self, path: &Path) -> Result<(File, u64), Stop> {
        let descriptor = self.descend(path, OFlag::O_RDONLY)?;
        let stat = fstat(&descriptor).map_err(|errno| self.stop(path, errno))?;
        match kind(&stat) {
            Some(Kind::File) => Ok((File::from(descriptor), u64::try_from(stat.st_size).unwrap_or(0))),
            Some(Kind::Other(what)) => Err(not_a_file(path, what)),
            _ => Err(not_a_file(path, "folder")),
        }
    }

    /// What the system said while a file was read.
    pub(crate) fn failed(&self, path: &Path, source: std::io::Error) -> Error {
        Error::Read { path: self.path.join(path), source }
    }

    fn list(&self, folder: &Path, most: usize) -> Result<Vec<OsString>, Stop> {
        let descriptor = self.descend(folder, OFlag::O_RDONLY | OFlag::O_DIRECTORY)?;
        let names = listing(&descriptor, most).map_err(|errno| self.stop(folder, errno))?;
        if names.len() > most {
            let path = if folder.as_os_str().is_empty() { "the folder".to_owned() } else { shown(folder) };
            return Err(Why::TooManyEntries { path }.into());
        }
        Ok(names)
    }

    /// Opens what lies at this path, one component after the other, none of which may be a link.
    fn descend(&self, path: &Path, last: OFlag) -> Result<OwnedFd, Stop> {
        let never = OFlag::O_NOFOLLOW | OFlag::O_NONBLOCK | OFlag::O_NOCTTY | OFlag::O_CLOEXEC;
        let folder = OFlag::O_RDONLY | OFlag::O_DIRECTORY | never;
        let at = |from: &OwnedFd, name: &OsStr, flags| {
            openat(from.as_fd(), name, flags, Mode::empty()).map_err(|errno| self.stop(path, errno))
        };
        let parts: Vec<&OsStr> = path.iter().collect();
        let Some((name, above)) = parts.split_last() else {
            return at(&self.descriptor, OsStr::new("."), folder);
        };
        let mut from = None;
        for part in above {
            from = Some(at(from.as_ref().unwrap_or(&self.descriptor), part, folder)?);
        }
        at(from.as_ref().unwrap_or(&self.descriptor), name, last | never)
    }

    /// A link where none was is the submission's fault, all else the machine's.
    fn stop(&self, path: &Path, errno: Errno) -> Stop {
        match errno {
            Errno::ELOOP | Errno::ENOTDIR => not_a_file(path, "link"),
            Errno::ENXIO => not_a_file(path, "socket or device"),
            errno => Stop::Failed(self.failed(path, errno.into())),
        }
    }
}

/// The names in a folder, in their bytes' order; one more than `most` if there are more.
fn listing(folder: &OwnedFd, most: usize) -> Result<Vec<OsString>, Errno> {
    let mut dir = Dir::openat(folder, ".", OFlag::O_RDONLY | OFlag::O_CLOEXEC, Mode::empty())?;
    let mut names = Vec::new();
    for entry in dir.iter() {
        let name: CString = entry?.file_name().into();
        if !matches!(name.as_bytes(), b"." | b"..") {
            names.push(OsString::from_vec(name.into_bytes()));
        }
        if names.len() > most {
            break;
        }
    }
    names.sort_by(|a, b| a.as_bytes().cmp(b.as_bytes()));
    Ok(names)
}

fn look(folder: &OwnedFd, name: &OsStr) -> Result<FileStat, Errno> {
    fstatat(folder.as_fd(), name, AtFlags::AT_SYMLINK_NOFOLLOW)
}

fn is(stat: &FileStat, kind: SFlag) -> bool {
    SFlag::from_bits_truncate(stat.st_mode) & SFlag::S_IFMT == kind
}

/// What it is; `None` is a folder.
fn kind(stat: &FileStat) -> Option<Kind> {
    match SFlag::from_bits_truncate(stat.st_mode) & SFlag::S_IFMT {
        SFlag::S_IFDIR => None,
        // Of two names it cannot be told which is the learner's: the other may be the machine's own file.
        SFlag::S_IFREG if stat.st_nlink > 1 => Some(Kind::Other("file with several hard links")),
        SFlag::S_IFREG => Some(Kind::File),
        SFlag::S_IFLNK => Some(Kind::Other("symbolic link")),
        SFlag::S_IFIFO => Some(Kind::Other("pipe")),
        SFlag::S_IFSOCK => Some(Kind::Other("socket")),
        _ => Some(Kind::Other("device")),
    }
}

fn check(path: &Path) -> Result<(), Why> {
    let bad = |problem| Err(Why::Path { path: shown(path), problem });
    if path.as_os_str().len() > limits::PATH_BYTES {
        return bad("is too long");
    }
    if path.iter().count() > limits::DEPTH {
        return bad("is too deep");
    }
    Ok(())
}

/// A module may be called `target`: below `src` everything is looked at.
fn unseen(folder: &Path, name: &OsStr) -> bool {
    let hidden = name.as_bytes().starts_with(b".");
    let below_src = folder.iter().any(|part| part == "src");
    hidden || (!below_src && UNSEEN.iter().any(|unseen| name == *unseen))
}

fn node(place: PathBuf, kind: Kind) -> Node {
    Node { path: place.to_string_lossy().into_owned(), kind, place: Place::Disk(place) }
}

fn shown(path: &Path) -> String {
    printable(&path.to_string_lossy())
}

fn not_a_file(path: &Path, what: &'static str) -> Stop {
    Why::NotAFile { path: shown(path), what }.into()
}

#[cfg(test)]
mod tests {
    use super::Folder;
    use crate::why::{Stop, Why};
    use nix::sys::stat::Mode;
    use nix::unistd::mkfifo;
    use std::fs::{create_dir, hard_link, write};
    use std::os::unix::fs::symlink;
    use std::path::Path;

    /// What was a file when the folder was walked may be something else when it is read.
    #[test]
    fn what_is_opened_is_looked_at_again() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = |name: &str| folder.path().join(name);
        create_dir(path("real")).expect("a folder");
        for name in ["real/file", "twice"] {
            write(path(name), "x").expect("a file");
        }
        hard_link(path("twice"), path("again")).expect("a link");
        symlink(path("real/file"), path("link")).expect("a link");
        symlink(path("real"), path("way")).expect("a link");
        mkfifo(&path("pipe"), Mode::S_IRWXU).expect("a pipe");
        let _socket = std::os::unix::net::UnixListener::bind(path("socket")).expect("a socket");
        let opened = Folder::open(folder.path()).expect("it is there");
        assert!(opened.file(Path::new("real/file")).is_ok());
        let whats = [
            ("link", "link"),
            ("way/file", "link"),
            ("pipe", "pipe"),
            ("socket", "socket or device"),
            ("again", "file with several hard links"),
            ("real", "folder"),
        ];
        for (name, expected) in whats {
            match opened.file(Path::new(name)) {
                Err(Stop::Refused(Why::NotAFile { what, .. })) => assert_eq!(what, expected, "{name}"),
                other => panic!("{name}: {other:?}"),
            }
        }
        assert!(matches!(opened.below("way".as_ref()), Err(Stop::Refused(Why::NotAFile { what: "link", .. }))));
        assert!(matches!(opened.file(Path::new("gone")), Err(Stop::Failed(_))));
    }
}
