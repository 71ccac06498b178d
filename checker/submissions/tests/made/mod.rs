//! Class folders and archives, made for each test.

#![allow(
    dead_code,
    missing_docs,
    unreachable_pub,
    clippy::allow_attributes,
    reason = "each test program uses some of these"
)]

use flate2::Compression;
use flate2::write::GzEncoder;
use std::fs;
use std::io::{Cursor, Write};
use std::path::{Path, PathBuf};
use submissions::{Declared, Entry, Error, Submission, Why, submissions};
use tempfile::TempDir;
use zip::write::{SimpleFileOptions, ZipWriter};

pub const SOURCE: &[u8] = b"pub fn run() {}\n";

pub struct Class {
    folder: TempDir,
}

impl Class {
    pub fn new() -> Class {
        Class { folder: tempfile::tempdir().expect("a folder") }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn put(&self, name: &str, bytes: &[u8]) -> &Class {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("the folders can be made");
        fs::write(path, bytes).expect("the file can be written");
        self
    }

    pub fn folder(&self, name: &str) -> &Class {
        fs::create_dir_all(self.path(name)).expect("the folders can be made");
        self
    }

    pub fn all(&self, tasks: &[Declared]) -> Vec<Result<Entry, Error>> {
        of(self.folder.path(), tasks)
    }

    pub fn entries(&self, tasks: &[Declared]) -> Vec<Entry> {
        self.all(tasks).into_iter().map(|entry| entry.expect("the machine is well")).collect()
    }

    /// The only entry, which is taken.
    pub fn taken(&self, tasks: &[Declared]) -> Submission {
        match <[Entry; 1]>::try_from(self.entries(tasks)) {
            Ok([Entry::Taken(submission)]) => submission,
            other => panic!("one submission was expected: {other:#?}"),
        }
    }

    /// The only entry, which is refused.
    pub fn refused(&self, tasks: &[Declared]) -> Why {
        match <[Entry; 1]>::try_from(self.entries(tasks)) {
            Ok([Entry::Refused { why, .. }]) => why,
            other => panic!("one refusal was expected: {other:#?}"),
        }
    }
}

pub fn of(folder: &Path, tasks: &[Declared]) -> Vec<Result<Entry, Error>> {
    submissions(folder, tasks).expect("the class can be read").collect()
}

pub fn task(number: usize, slug: &str, files: &[&str]) -> Declared {
    Declared {
        id: format!("fan-out/{number}"),
        folder: format!("fan-out/{number:02}-{slug}").into(),
        package: format!("fan-out-{number:02}"),
        files: files.iter().map(PathBuf::from).collect(),
        modules: true,
        manifest: None,
    }
}

/// One task.
pub fn one() -> Vec<Declared> {
    vec![task(2, "unordered-fan-out", &["lib.rs"])]
}

/// Two tasks.
pub fn two() -> Vec<Declared> {
    vec![task(2, "unordered-fan-out", &["lib.rs"]), task(3, "ordered-fan-out", &["lib.rs", "main.rs"])]
}

/// The paths that were taken.
pub fn paths(submission: &Submission) -> Vec<&str> {
    submission.files.iter().map(|file| file.path.to_str().expect("a path")).collect()
}

pub fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        zip.start_file(*name, SimpleFileOptions::default()).expect("an entry");
        zip.write_all(bytes).expect("its bytes");
    }
    zip.finish().expect("an archive").into_inner()
}

pub fn tar(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut tar = tar::Builder::new(Vec::new());
    for (name, bytes) in files {
        entry(&mut tar, name, tar::EntryType::Regular, bytes, "");
    }
    tar.into_inner().expect("an archive")
}

/// An entry whose name is not looked at.
pub fn entry(tar: &mut tar::Builder<Vec<u8>>, name: &str, kind: tar::EntryType, bytes: &[u8], link: &str) {
    let mut header = tar::Header::new_gnu();
    header.as_old_mut().name[..name.len()].copy_from_slice(name.as_bytes());
    header.as_old_mut().linkname[..link.len()].copy_from_slice(link.as_bytes());
    header.set_entry_type(kind);
    header.set_size(bytes.len() as u64);
    header.set_mode(0o644);
    header.set_cksum();
    tar.append(&header, bytes).expect("an entry");
}

pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
    gzip.write_all(bytes).expect("bytes");
    gzip.finish().expect("a stream")
}

/// A zip by hand: for each entry what its local header and its directory say.
#[derive(Clone, Default)]
pub struct Raw {
    pub name: Vec<u8>,
    pub bytes: Vec<u8>,
    pub flags: u16,
    pub size: Option<u32>,
    /// The upper half of the external attributes.
    pub mode: u16,
    /// Instead of an own local entry, that of this number.
    pub same_as: Option<usize>,
}

pub fn raw(name: &str, bytes: &[u8]) -> Raw {
    Raw { name: name.into(), bytes: bytes.into(), ..Raw::default() }
}

pub fn raw_zip(entries: &[Raw]) -> Vec<u8> {
    let (mut out, mut starts, mut directory) = (Vec::new(), Vec::new(), Vec::new());
    for entry in entries {
        let mut crc = flate2::Crc::new();
        crc.update(&entry.bytes);
        let (length, size) = (entry.bytes.len() as u32, entry.size.unwrap_or(entry.bytes.len() as u32));
        let mut common = Vec::new();
        for short in [20, entry.flags, 0, 0, 0x21] {
            common.extend(short.to_le_bytes());
        }
        for long in [crc.sum(), length, size] {
            common.extend(long.to_le_bytes());
        }
        common.extend((entry.name.len() as u16).to_le_bytes());
        common.extend(0_u16.to_le_bytes());
        let start = entry.same_as.map_or(out.len(), |number| starts[number]);
        starts.push(start);
        if entry.same_as.is_none() {
            out.extend(b"PK\x03\x04");
            out.extend(&common);
            out.extend(&entry.name);
            out.extend(&entry.bytes);
        }
        directory.extend(b"PK\x01\x02");
        directory.extend([20, 3]);
        directory.extend(&common);
        directory.extend([0; 6]);
        directory.extend([0, 0]);
        directory.extend(entry.mode.to_le_bytes());
        directory.extend((start as u32).to_le_bytes());
        directory.extend(&entry.name);
    }
    let start = out.len() as u32;
    out.extend(&directory);
    out.extend(end(entries.len() as u16, directory.len() as u32, start));
    out
}

/// The end of a zip's directory.
pub fn end(entries: u16, size: u32, start: u32) -> Vec<u8> {
    let mut end = b"PK\x05\x06\0\0\0\0".to_vec();
    end.extend(entries.to_le_bytes());
    end.extend(entries.to_le_bytes());
    end.extend(size.to_le_bytes());
    end.extend(start.to_le_bytes());
    end.extend([0, 0]);
    end
}

/// A zip whose directory has a million entries of one file, and says by ZIP64 that it has this number. It is written as it
/// is made, so that the maker needs no memory that would hide what the reader needs.
pub fn million(path: &Path, says: u64) {
    let one = raw_zip(&[raw("src/lib.rs", SOURCE)]);
    let (start, end_at) = (one.len() - 22 - 46 - 10, one.len() - 22);
    let mut out = std::io::BufWriter::new(fs::File::create(path).expect("a file"));
    let mut put = |bytes: &[u8]| out.write_all(bytes).expect("the disk has room");
    put(&one[..start]);
    for number in 0..1_000_000 {
        put(&one[start..end_at - 10]);
        put(format!("src/{number:06}").as_bytes());
    }
    let length = 1_000_000 * 56;
    put(b"PK\x06\x06");
    put(&44_u64.to_le_bytes());
    put(&[45, 0, 45, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    [says, says, length, start as u64].iter().for_each(|long| put(&long.to_le_bytes()));
    put(b"PK\x06\x07\0\0\0\0");
    put(&(start as u64 + length).to_le_bytes());
    put(&1_u32.to_le_bytes());
    put(&end(u16::MAX, u32::MAX, u32::MAX));
}
