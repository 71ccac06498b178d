//! The workbook's files, as they were when this was built.

/// A file of the workbook.
#[derive(Clone, Copy, Debug)]
pub struct File {
    /// Where it lies, below the workbook's folder.
    pub path: &'static str,
    /// Whether it is a program.
    pub program: bool,
    /// What it holds.
    pub text: &'static [u8],
}

include!(concat!(env!("OUT_DIR"), "/files.rs"));

/// All files, by path; none where this was built apart from its workbook.
pub fn files() -> &'static [File] {
    let whole = FILES.iter().any(|file| file.path == "tests/harness/Cargo.toml");
    if whole { FILES } else { &[] }
}
