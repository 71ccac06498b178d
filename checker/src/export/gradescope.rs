//! Gradescope's autograder: a zip whose `setup.sh` prepares a container, and whose `run_autograder` grades what lies in
//! it. It holds the whole workbook, with the solutions for the self-test.

use super::list;
use crate::fault::Fault;
use catalog::Task;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

const SETUP: &str = include_str!("gradescope/setup.sh");
const RUN: &str = include_str!("gradescope/run_autograder.sh");

/// Writes the bundle for these tasks, whole or not at all. The same workbook makes the same bytes.
pub(super) fn write(root: &Path, tasks: &[&Task], rust: &str, bundle: &Path) -> Result<(), Fault> {
    let name = bundle.file_name().unwrap_or_default().to_string_lossy();
    let unfinished = bundle.with_file_name(format!(".{name}.unfinished"));
    let written = pack(root, tasks, rust, &unfinished)
        .and_then(|()| std::fs::rename(&unfinished, bundle).map_err(|error| Fault::file("write", bundle, &error)));
    if written.is_err() {
        let _ = std::fs::remove_file(&unfinished);
    }
    written
}

fn pack(root: &Path, tasks: &[&Task], rust: &str, to: &Path) -> Result<(), Fault> {
    let asked: Vec<String> = tasks.iter().map(|task| format!("--task {}", task.id())).collect();
    let script = |text: &str| text.replace("{rust}", rust).replace("{tasks}", &asked.join(" ")).into_bytes();
    let mut files =
        vec![(PathBuf::from("run_autograder"), script(RUN), true), (PathBuf::from("setup.sh"), script(SETUP), true)];
    for (path, from) in list::of(root, &mut |_| {}) {
        let from = root.join(from);
        let text = std::fs::read(&from).map_err(|error| Fault::file("read", &from, &error))?;
        files.push((Path::new("workbook").join(path), text, list::program(&from)));
    }
    let file = File::create(to).map_err(|error| Fault::file("create", to, &error))?;
    let mut zip = ZipWriter::new(BufWriter::new(file));
    let failed = |error: zip::result::ZipError| Fault::infra(format!("cannot write {}: {error}", to.display()));
    for (path, text, program) in files {
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .last_modified_time(DateTime::default())
            .unix_permissions(if program { 0o755 } else { 0o644 });
        let name = path.iter().map(|part| part.to_string_lossy()).collect::<Vec<_>>().join("/");
        zip.start_file(name, options).map_err(failed)?;
        zip.write_all(&text).map_err(|error| Fault::file("write", to, &error))?;
    }
    let mut file = zip.finish().map_err(failed)?;
    file.flush().map_err(|error| Fault::file("write", to, &error))
}
