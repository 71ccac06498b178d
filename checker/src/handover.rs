//! An installed checker inside a workbook: the workbook's own version judges, since its tests were made with it.

use crate::fault::Fault;
use crate::stage;
use serde_json::Value;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Set for the workbook's own checker, so that nothing is handed over twice.
const HANDED_OVER: &str = "WORKBOOK_HANDED_OVER";

/// The folder that a command was given in which goes on elsewhere.
const CALLED_FROM: &str = "WORKBOOK_CALLED_FROM";

/// Goes back to where the command was given, whose paths are from there.
pub(crate) fn go_back() {
    if let Some(folder) = std::env::var_os(CALLED_FROM) {
        // Its paths are then looked for here, and not found.
        let _ = std::env::set_current_dir(folder);
    }
}

/// Whether this program was installed: cargo leaves its notes in each folder that it builds in.
pub(crate) fn installed() -> bool {
    let built = |folder: &Path| folder.join(".rustc_info.json").exists() || folder.join("CACHEDIR.TAG").exists();
    let program = std::env::current_exe().and_then(|program| program.canonicalize());
    program.is_ok_and(|program| !program.ancestors().skip(1).take(3).any(built))
}

/// Builds the workbook's own checker and goes on as it. Where that cannot be built, one that was built earlier goes on,
/// or else this one: a broken manifest of one exercise is no reason not to judge the others.
pub(crate) fn hand_over(root: &Path) -> Result<(), Fault> {
    if std::env::var_os(HANDED_OVER).is_some() {
        return Ok(());
    }
    let earlier = stage::target(root).join("checker").join(format!("checker{}", std::env::consts::EXE_SUFFIX));
    if !earlier.exists() {
        errln!("building the workbook's own checker, once: about half a minute");
    }
    let program = match build(root) {
        Ok(program) => program,
        Err(said) => {
            let (who, instead) = match earlier.exists() {
                true => ("the one that was built last".to_owned(), Some(earlier)),
                false => (format!("this one ({})", env!("CARGO_PKG_VERSION")), None),
            };
            errln!("warning: the workbook's own checker cannot be built; {who} goes on instead\n{}\n", said.trim());
            match instead {
                Some(program) => program,
                None => return Ok(()),
            }
        }
    };
    become_it(Command::new(program).args(std::env::args_os().skip(1)).env(HANDED_OVER, "1"))
}

/// Goes on with this command as the workbook's checker with all its features: what no verdict needs is built when it is
/// first asked for.
pub(crate) fn whole(root: &Path, arguments: &[OsString]) -> Result<(), Fault> {
    let mut command = cargo(root);
    command.args(["run", "--quiet", "--profile", "checker", "--package", "checker", "--all-features", "--"]);
    command.envs(std::env::current_dir().map(|here| (CALLED_FROM, here)));
    // Of no use but to be found by a hostile submission that reads the grader's environment.
    command.env("WORKBOOK_HOSTILE_SECRET", "1");
    become_it(command.args(arguments))
}

fn cargo(root: &Path) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root);
    command
}

/// The built program, or what cargo said.
fn build(root: &Path) -> Result<PathBuf, String> {
    let mut command = cargo(root);
    command.args(["build", "--quiet", "--profile", "checker", "--package", "checker", "--no-default-features"]);
    let output = command.args(["--message-format", "json"]).stdin(Stdio::null()).output();
    let output = output.map_err(|error| format!("cargo does not start: {error}"))?;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    if !output.status.success() {
        return Err(said);
    }
    let text = String::from_utf8_lossy(&output.stdout);
    let messages = text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let program = messages.filter_map(|message| message["executable"].as_str().map(PathBuf::from)).next_back();
    program.ok_or_else(|| format!("cargo built no checker\n{said}"))
}

/// Goes on as another program: its signals and its exit code are then this one's.
fn become_it(command: &mut Command) -> Result<(), Fault> {
    #[cfg(unix)]
    {
        let error = std::os::unix::process::CommandExt::exec(command);
        let name = command.get_program().display().to_string();
        Err(Fault::infra(format!("{name} does not start: {error}")).help("is the Rust toolchain on the PATH?"))
    }
    #[cfg(not(unix))]
    {
        let name = command.get_program().display().to_string();
        let status = command.status().map_err(|error| {
            Fault::infra(format!("{name} does not start: {error}")).help("is the Rust toolchain on the PATH?")
        })?;
        #[expect(clippy::disallowed_methods, reason = "this program has become another one, which has ended")]
        std::process::exit(status.code().unwrap_or(3))
    }
}
