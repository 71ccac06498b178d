//! What a submission holds, before anything of it is read.

use crate::limits;
use crate::why::{Why, printable};
use std::path::PathBuf;

/// One entry of a submission, but for plain folders.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Node {
    /// Below the submission's folder, with `/`; no empty component, no `.` and no `..`. Bytes that are no UTF-8 are
    /// [`char::REPLACEMENT_CHARACTER`].
    pub(crate) path: String,
    /// What it is.
    pub(crate) kind: Kind,
    /// Where its bytes are.
    pub(crate) place: Place,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A plain file.
    File,
    /// Never followed, opened or read.
    Other(&'static str),
    /// A folder that was not looked into.
    Unseen,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// A path below the folder.
    Disk(PathBuf),
    /// The archive of this number, and the entry's number in it.
    Packed(usize, usize),
}

/// The path of an archive's entry, or `None` for the archive's own folder.
pub(crate) fn inside(raw: &[u8]) -> Result<Option<String>, Why> {
    let bad = |problem| Err(Why::Path { path: printable(&String::from_utf8_lossy(raw)), problem });
    if raw.len() > limits::PATH_BYTES {
        return bad("is too long");
    }
    if raw.contains(&0) {
        return bad("has a NUL byte");
    }
    if raw.contains(&b'\\') {
        return bad("has a backslash: pack it again with another program");
    }
    let drive = raw.len() > 1 && raw[1] == b':' && raw[0].is_ascii_alphabetic();
    if raw.starts_with(b"/") || drive {
        return bad("is absolute");
    }
    let text = String::from_utf8_lossy(raw);
    let parts: Vec<&str> = text.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
    if parts.contains(&"..") {
        return bad("leads out of the archive");
    }
    if parts.len() > limits::DEPTH {
        return bad("is too deep");
    }
    Ok((!parts.is_empty()).then(|| parts.join("/")))
}

#[cfg(test)]
mod tests {
    use super::inside;

    #[test]
    fn only_paths_inside_are_paths() {
        assert_eq!(inside(b"./a//b/").expect("a path"), Some("a/b".to_owned()));
        assert_eq!(inside(b"./").expect("the folder"), None);
        assert_eq!(inside(b"a..b/...").expect("a path"), Some("a..b/...".to_owned()));
        let bad: [&[u8]; 8] = [b"../x", b"a/../x", b"a/..", b"/etc", b"a\\..\\x", b"C:/x", b"a\0b", &[b'a'; 2_000]];
        for path in bad {
            assert!(inside(path).is_err(), "{path:?}");
        }
        assert!(inside("a/".repeat(33).as_bytes()).is_err());
    }
}
