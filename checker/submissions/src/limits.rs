//! How much of a submission is looked at, and why so much.

/// Bytes of one source file, 1 MiB: the longest solution of the workbook has some thirty kilobytes, and the compiler's
/// own limits come later.
pub const FILE_BYTES: u64 = 1 << 20;

/// Source files of one task: the largest task declares fewer than ten.
pub const FILES: usize = 200;

/// Bytes of all that one learner hands in, over all tasks, 4 MiB: it is held in memory at once.
pub const TOTAL_BYTES: u64 = 4 << 20;

/// Entries of a folder, or of an archive: the whole workbook has some 1 500. More is a build folder, or an attack.
pub const ENTRIES: usize = 10_000;

/// Bytes of an archive as it lies there, 256 MiB: a zip is read where its directory points to, so that its size costs
/// nothing, but a file without an end does.
pub const PACKED_BYTES: u64 = 256 << 20;

/// Bytes that a tar archive may unpack to, 64 MiB: all of it passes by, as a tar has no directory. The whole workbook has
/// 12 MB.
pub const UNPACKED_BYTES: u64 = 64 << 20;

/// Archives inside one learner's folder: one for each task, and some more.
pub const ARCHIVES: usize = 32;

/// Components of a path: the workbook's own paths have five, its wrappers add some, and learners' modules a few more.
pub const DEPTH: usize = 32;

/// Bytes of a path below the submission: four times what the workbook needs; systems end at 4 096, or at 1 024.
pub const PATH_BYTES: usize = 1_024;

/// Bytes of a `Cargo.toml` that is looked at, 64 KiB: only to see which task it names, and whether it was changed.
pub const MANIFEST_BYTES: u64 = 64 << 10;

/// Bytes of a learner's name where it becomes a file's name: with a suffix it stays below the 255 of most systems.
pub const NAME_BYTES: usize = 100;
