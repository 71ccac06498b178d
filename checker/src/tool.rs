//! Programs beside the checker, each built when it is first asked for: what they need would make the first verdict
//! slower for everyone.

use crate::build;
use crate::fault::Fault;
use crate::guard;
use serde::Deserialize;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Builds a package of the workbook's, such as `checker-plot`, where it is not built already, and returns its program.
/// On a terminal a line shows how far that is; `quiet` does without.
///
/// # Errors
///
/// [`Exit::Infra`](crate::Exit::Infra) with cargo's own words: no network, no space, a crate that does not compile.
pub(crate) fn program(root: &Path, package: &str, quiet: bool) -> Result<PathBuf, Fault> {
    let mut child = cargo(root, package)
        .spawn()
        .map_err(|error| failed(package, &error.to_string()).help("is the Rust toolchain on the PATH?"))?;
    let lifeline = child.stdin.take();
    let mut said = child.stderr.take().expect("stderr is piped");
    let said = std::thread::spawn(move || {
        let mut text = String::new();
        let _ = said.read_to_string(&mut text);
        text
    });
    let progress =
        build::progress(quiet, &format!("{{spinner}} building {package}, {{pos}} done, {{elapsed}}: {{msg}}"));
    let (mut program, mut errors) = (None, String::new());
    for line in BufReader::new(child.stdout.take().expect("stdout is piped")).lines().map_while(Result::ok) {
        match serde_json::from_str(&line) {
            Ok(Message::Artifact { target, executable }) => {
                progress.inc(1);
                progress.set_message(target.name);
                program = executable.or(program);
            }
            Ok(Message::Diagnostic { message }) if message.level == "error" => {
                errors.push_str(message.rendered.as_deref().unwrap_or_default());
            }
            _ => {}
        }
    }
    let status = child.wait().map_err(|error| failed(package, &error.to_string()))?;
    drop(lifeline);
    progress.finish_and_clear();
    let said = said.join().unwrap_or_default();
    match program.filter(|_| status.success()) {
        Some(program) => Ok(program),
        None => Err(failed(package, &(errors + &said))),
    }
}

fn cargo(root: &Path, package: &str) -> Command {
    let mut command = guard::command(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(["build", "--profile", "checker", "--package", package, "--message-format", "json"]);
    command.current_dir(workspace(root));
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command
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

/// What cargo prints: the parts that are read here.
#[derive(Deserialize)]
#[serde(tag = "reason")]
enum Message {
    #[serde(rename = "compiler-artifact")]
    Artifact { target: Target, executable: Option<PathBuf> },
    #[serde(rename = "compiler-message")]
    Diagnostic { message: Diagnostic },
    #[serde(other)]
    Other,
}

#[derive(Deserialize)]
struct Target {
    name: String,
}

#[derive(Deserialize)]
struct Diagnostic {
    level: String,
    rendered: Option<String>,
}
