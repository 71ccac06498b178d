//! The plot as a file. Drawing is a program of its own, `checker/plot`, which is built when it is first needed: what
//! it takes to draw would make the first verdict slower.

use crate::fault::Fault;
use measure::Record;
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
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
pub(super) fn draw(root: &Path, title: &str, records: &[Record], file: &Path) -> Result<(), Fault> {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(["run", "--quiet", "--profile", "checker", "--package", "checker-plot", "--", title]);
    command.current_dir(workspace(root));
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
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

/// The workspace that the drawing program lies in: the workbook, or else the one that this checker was built from.
fn workspace(root: &Path) -> PathBuf {
    if root.join("checker/plot").exists() { root.to_owned() } else { Path::new(env!("CARGO_MANIFEST_DIR")).join("..") }
}
