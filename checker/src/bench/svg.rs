//! The plot as a file, which a program of its own draws: `checker/plot`.

use crate::fault::Fault;
use crate::tool;
use measure::Record;
use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

/// Whether the file can be written, before anything is measured for it.
pub(crate) fn writable(file: &Path) -> Result<(), Fault> {
    let new = !file.exists();
    File::options().append(true).create(true).open(file).map_err(|error| Fault::file("write", file, &error))?;
    if new {
        let _ = std::fs::remove_file(file);
    }
    Ok(())
}

/// Draws all tables into the file.
pub(super) fn draw(root: &Path, title: &str, records: &[Record], file: &Path, quiet: bool) -> Result<(), Fault> {
    let mut command = Command::new(tool::program(root, "checker-plot", quiet)?);
    command.arg(title).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let failed = |said: &str| Fault::infra(format!("the plot cannot be drawn\n{}", said.trim()));
    let mut child = command.spawn().map_err(|error| failed(&error.to_string()))?;
    let mut input = child.stdin.take().expect("stdin is piped");
    for record in records {
        let line = serde_json::to_string(record).expect("records are plain data");
        // If it does not read, its own words say why.
        let _ = writeln!(input, "{line}");
    }
    drop(input);
    let output = child.wait_with_output().map_err(|error| failed(&error.to_string()))?;
    if !output.status.success() {
        return Err(failed(&String::from_utf8_lossy(&output.stderr)));
    }
    std::fs::write(file, output.stdout).map_err(|error| Fault::file("write", file, &error))
}
