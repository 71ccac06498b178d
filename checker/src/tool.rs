//! Programs beside the checker, each built when it is first asked for: what they need would make the first verdict
//! slower for everyone.

use crate::cargo::{self, Message};
use crate::fault::Fault;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

/// Builds a package of the workbook's, such as `checker-plot`, where it is not built already, and returns its program.
/// On a terminal a line shows how far that is; `quiet` does without.
///
/// # Errors
///
/// [`Exit::Infra`](crate::Exit::Infra) with cargo's own words: no network, no space, a crate that does not compile.
pub(crate) fn program(root: &Path, package: &str, quiet: bool) -> Result<PathBuf, Fault> {
    let progress =
        cargo::progress(quiet, &format!("{{spinner}} building {package}, {{pos}} done, {{elapsed}}: {{msg}}"));
    let mut command = cargo::build();
    command.args(["--profile", "checker", "--package", package, "--message-format", "json"]);
    command.current_dir(workspace(root));
    let (mut program, mut errors) = (None, String::new());
    let ended = cargo::run(&mut command, &progress, |message| {
        match message {
            Message::Artifact { executable, .. } => program = executable.or(program.take()),
            Message::Diagnostic { message, .. } if message.level == "error" => {
                errors.push_str(message.rendered.as_deref().unwrap_or_default());
            }
            _ => {}
        }
        ControlFlow::Continue(())
    });
    let ended =
        ended.map_err(|error| failed(package, &error.to_string()).help("is the Rust toolchain on the PATH?"))?;
    match program.filter(|_| ended.success) {
        Some(program) => Ok(program),
        None => Err(failed(package, &(errors + &ended.said))),
    }
}

fn failed(package: &str, said: &str) -> Fault {
    let failed = Fault::infra(format!("{package} cannot be built\n{}", said.trim()));
    match said {
        said if said.contains("No space left") => failed.help("`cargo clean` frees what was built"),
        said if said.contains("failed to download") || said.contains("Could not resolve host") => {
            failed.help("its first build downloads what it needs: check the network, then run the command again")
        }
        _ => failed.help("run the command again; if that does not help, please report it"),
    }
}

/// The workspace that these programs lie in: the workbook, or else the one that this checker was built from.
fn workspace(root: &Path) -> PathBuf {
    if root.join("checker/plot").exists() { root.to_owned() } else { Path::new(env!("CARGO_MANIFEST_DIR")).join("..") }
}
