//! One cargo build for all subjects of a run, read message by message.

use crate::cargo::{self, Diagnostic, Message, Span, Target};
use crate::fault::Fault;
use crate::stage::{self, Stage};
use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::Command;
use verdict::{Kind, Site, Verdict};

/// What the build made of each package.
#[derive(Debug, Default)]
pub(crate) struct Built {
    packages: BTreeMap<String, Package>,
}

/// What the build made of one package.
#[derive(Debug, Default)]
pub(crate) struct Package {
    /// The binary of the tests or of the benchmark, if it was built.
    pub(crate) binary: Option<PathBuf>,
    /// Why not: the first error that explains it.
    pub(crate) broken: Option<Verdict>,
    /// Errors and warnings of the subject's own code, as the compiler prints them.
    pub(crate) shown: String,
    /// How many of them are warnings.
    pub(crate) warnings: usize,
    /// Every file that the build wrote for this package.
    pub(crate) files: Vec<PathBuf>,
}

impl Built {
    /// What the build made of a package; cargo may have stopped before it.
    pub(crate) fn package(&self, name: &str) -> Option<&Package> {
        self.packages.get(name)
    }

    /// Removes what was built for these packages: 26 MB each.
    pub(crate) fn remove(&self, packages: &[String]) {
        for file in packages.iter().filter_map(|name| self.package(name)).flat_map(|package| &package.files) {
            let _ = std::fs::remove_file(file);
        }
    }
}

/// What is built of a package.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum What {
    /// The tests, to judge by.
    Tests,
    /// The benchmark, optimised.
    Bench,
    /// The subject alone, where its tests are not here.
    Crate,
}

/// Builds this of these packages of the stage.
pub(crate) fn build(root: &Path, stage: &Stage, packages: &[String], what: What, quiet: bool) -> Result<Built, Fault> {
    let progress = cargo::progress(quiet, "{spinner} building, {pos} done, {elapsed}: {msg}");
    let mut built = Built::default();
    let mut any_error = false;
    let mut foreign = None;
    let ended = cargo::run(&mut command(root, stage, packages, what), &progress, |message| {
        match message {
            Message::Artifact { manifest_path, target, executable, filenames } => {
                if let Some(name) = stage.package_of(&manifest_path) {
                    let package = built.packages.entry(name).or_default();
                    package.files.extend(filenames);
                    if is_ours(&target) {
                        package.binary = executable;
                    }
                }
            }
            Message::Diagnostic { manifest_path, target, message } => {
                any_error |= message.level == "error";
                match stage.package_of(&manifest_path) {
                    Some(name) => built.packages.entry(name).or_default().note(&target, &message),
                    None if message.level == "error" => {
                        foreign = Some(message.rendered.unwrap_or(message.message));
                        return ControlFlow::Break(());
                    }
                    None => {}
                }
            }
            Message::Other => {}
        }
        ControlFlow::Continue(())
    });
    let ended = ended.map_err(|error| {
        Fault::infra(format!("cargo does not start: {error}")).help("is the Rust toolchain on the PATH?")
    })?;
    match foreign {
        Some(said) if full(&said) => Err(no_room(&said)),
        Some(said) => Err(Fault::infra(format!("a crate that is not yours does not compile\n{said}"))),
        None if !ended.success && !any_error => Err(cargo_failed(&stage.as_written(&ended.said))),
        None => Ok(built),
    }
}

/// The command; it takes the judge's flags from here whatever the user has set.
pub(crate) fn command(root: &Path, stage: &Stage, packages: &[String], what: What) -> Command {
    let mut command = cargo::build();
    command.arg("--keep-going");
    command.args(match what {
        What::Tests => &["--tests", "--profile", stage::PROFILE][..],
        What::Bench => &["--benches", "--profile", "measure"],
        What::Crate => &["--profile", stage::PROFILE],
    });
    command.arg("--manifest-path").arg(stage.folder.join("Cargo.toml")).arg("--target-dir").arg(&stage.target);
    let colour = anstream::AutoStream::choice(&std::io::stdout()) != anstream::ColorChoice::Never;
    command.args(["--message-format", if colour { "json-diagnostic-rendered-ansi" } else { "json" }]);
    for package in packages {
        command.args(["--package", package]);
    }
    command.current_dir(root).env("CARGO_ENCODED_RUSTFLAGS", flags()).env_remove("RUSTFLAGS");
    command
}

/// The judge's flag in any case, and the user's own: a set RUSTFLAGS replaces what .cargo/config.toml says.
pub(crate) fn flags() -> String {
    let mut flags: Vec<String> = match std::env::var("CARGO_ENCODED_RUSTFLAGS") {
        Ok(flags) => flags.split('\x1f').map(str::to_owned).collect(),
        Err(_) => std::env::var("RUSTFLAGS").unwrap_or_default().split_whitespace().map(str::to_owned).collect(),
    };
    flags.retain(|flag| !flag.is_empty());
    if !flags.iter().any(|flag| flag.contains("tokio_unstable")) {
        flags.extend(["--cfg".to_owned(), "tokio_unstable".to_owned()]);
    }
    flags.join("\x1f")
}

/// Cargo failed before the compiler ran: the manifest, the network, the disk.
fn cargo_failed(said: &str) -> Fault {
    let said = said.trim().trim_start_matches("error: ");
    let says = |texts: &[&str]| texts.iter().any(|text| said.contains(text));
    if says(&["failed to parse manifest", "failed to load manifest"]) {
        Fault::usage(format!("cargo cannot read a manifest\n{said}"))
            .help("`git diff` shows what was changed in Cargo.toml")
    } else if says(&["failed to select a version", "no matching package"]) {
        Fault::usage(format!("cargo cannot find a dependency as the manifest asks for it\n{said}"))
            .help("`git diff` shows what was changed in Cargo.toml")
    } else if says(&["failed to download", "Could not resolve host", "failed to get"]) {
        Fault::infra(format!("cargo cannot fetch a dependency\n{said}"))
            .help("the first build downloads the dependencies: check the network, then run the command again")
    } else if says(&["does not start"]) {
        Fault::infra(said).help("is the Rust toolchain on the PATH?")
    } else if full(said) {
        no_room(said)
    } else {
        Fault::infra(format!("cargo failed\n{said}"))
    }
}

/// Whether there is no room left. A linker writes through a mapping, and is ended by a signal where there is none.
fn full(said: &str) -> bool {
    let signs = ["No space left", "Disk quota exceeded", "signal 7 [Bus error]", "SIGBUS"];
    signs.iter().any(|sign| said.contains(sign))
}

fn no_room(said: &str) -> Fault {
    let said = said.lines().find(|line| full(line)).unwrap_or_default().trim();
    Fault::infra(format!("the disk is full\n{said}")).help("`cargo clean` frees what was built")
}

impl Package {
    pub(crate) fn note(&mut self, target: &Target, message: &Diagnostic) {
        if message.level == "error" && message.message.starts_with("aborting due to ") {
            return; // The errors themselves have been noted.
        }
        let in_tests = is_ours(target);
        if message.level == "error" && self.broken.is_none() {
            self.broken = Some(broken(message, target));
        }
        self.warnings += usize::from(message.level == "warning" && !in_tests && !message.spans.is_empty());
        // What the compiler says about the tests would show their source; the verdict says what matters of it.
        if !in_tests {
            self.shown.push_str(message.rendered.as_deref().unwrap_or_default());
        }
    }
}

/// Whether it is the tests or the benchmark, not the subject's own code.
fn is_ours(target: &Target) -> bool {
    target.kind == ["test"] || target.kind == ["bench"]
}

/// The files of the workbook's own in a subject's package.
const OURS: [&str; 3] = ["acceptance.rs", "loom.rs", "bench.rs"];

fn broken(message: &Diagnostic, target: &Target) -> Verdict {
    let own = |span: &&Span| !OURS.iter().any(|file| span.file_name.ends_with(file));
    let spans = message.spans.iter().chain(message.children.iter().flat_map(|child| &child.spans));
    let local = |span: &&Span| !span.file_name.contains("/registry/") && !span.file_name.contains("/rustc/");
    let at = spans.clone().filter(own).find(local).map(|span| Site {
        file: span.file_name.rfind("src/").map_or(&span.file_name[..], |from| &span.file_name[from..]).to_owned(),
        line: span.line_start,
    });
    let said = message.rendered.as_deref().unwrap_or_default();
    // What has a place is said about the subject's code, which may quote anything.
    if full(said) && message.spans.is_empty() {
        return Verdict::new(Kind::Infra, "the disk is full").usually("`cargo clean` frees what was built");
    }
    if let Some((path, why)) = message.message.strip_prefix("couldn't read `").and_then(|text| text.split_once("`: ")) {
        return unreadable(path, why).at(at);
    }
    if is_ours(target) && message.message.contains("CARGO_BIN_EXE_") {
        return no_program();
    }
    if message.code.as_ref().is_some_and(|code| code.code == "unsafe_code") {
        return Verdict::new(Kind::Rule, "`unsafe` is not allowed in these tasks").at(at);
    }
    if !is_ours(target) {
        return Verdict::new(Kind::Build, format!("does not compile: {}", message.message)).at(at);
    }
    let who = if target.kind == ["bench"] { "the benchmark does" } else { "the tests do" };
    let mut verdict =
        Verdict::new(Kind::Build, format!("{who} not compile against your crate: {}", message.message)).at(at);
    let labels = message.spans.iter().filter_map(|span| span.label.clone());
    let notes = message
        .children
        .iter()
        .filter(|child| child.message.contains("expected"))
        .map(|child| child.message.lines().map(str::trim).collect::<Vec<_>>().join(", "));
    // What the message says already is no evidence of it, nor is a place in a file that is not the learner's.
    let tells =
        |text: &String| !message.message.contains(text.as_str()) && !OURS.iter().any(|file| text.contains(file));
    verdict.evidence = labels.chain(notes).filter(tells).take(4).collect();
    if ["cannot be sent between threads", "is not general enough"].iter().any(|said| message.message.contains(said)) {
        return verdict.usually(
            "the returned future is not `Send`: something that is not `Send` lives across an `.await`; or, with 'not general \
             enough', a closure in a combinator such as `.map(|x| …)`: write an `async move` block",
        );
    }
    verdict.usually("a public name or signature that was changed: `git diff` shows it; the tests use those of the stub")
}

/// A subject without the program that its task asks for.
pub(crate) fn no_program() -> Verdict {
    Verdict::new(Kind::Build, "src/main.rs is missing: some criteria run your crate as a program")
        .usually("a file that was moved or removed: `git restore src/main.rs` in the task's folder")
}

/// A source file that the compiler cannot read: gone, or no UTF-8.
fn unreadable(path: &str, why: &str) -> Verdict {
    let file = path.rfind("src/").map_or(path, |from| &path[from..]);
    let verdict = Verdict::new(Kind::Build, format!("{file} cannot be read: {why}"));
    match why.contains("UTF-8") {
        true => verdict.usually("a file saved in another encoding: save it as UTF-8"),
        false => {
            verdict.usually(format!("a file that was moved or removed: `git restore {file}` in the task's folder"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::broken;
    use verdict::Verdict;

    const SEND: &str = "future returned by `f` is not `Send`";
    const PLACE: &str = "within this `{async block@/w/tests/acceptance.rs:146:1: 146:13}`";

    /// What the tests of a subject are told when the compiler says this of them.
    fn of_the_tests(message: &str, labels: &[&str]) -> Verdict {
        let spans: Vec<_> = labels
            .iter()
            .map(|label| serde_json::json!({"file_name": "tests/acceptance.rs", "line_start": 7, "label": label}))
            .collect();
        let said = serde_json::json!({"message": message, "level": "error", "spans": spans});
        let target = serde_json::json!({"name": "acceptance", "kind": ["test"]});
        let parsed = serde_json::from_value(said).and_then(|said| Ok((said, serde_json::from_value(target)?)));
        let (said, target) = parsed.expect("as cargo prints it");
        broken(&said, &target)
    }

    #[test]
    fn a_future_that_is_not_send_is_no_changed_name() {
        let not_general = "implementation of `FnOnce` is not general enough";
        for message in ["future cannot be sent between threads safely", not_general] {
            let verdict = of_the_tests(message, &[SEND, not_general, PLACE]);
            assert!(verdict.usually.is_some_and(|cause| cause.contains("not `Send`")), "{message}");
            assert!(verdict.evidence.iter().any(|text| text == SEND), "{message}");
            assert!(verdict.evidence.iter().all(|text| text != message && text != PLACE), "{message}");
        }
        let verdict = of_the_tests("mismatched types", &["expected `u64`, found `u32`"]);
        assert!(verdict.usually.is_some_and(|cause| cause.contains("signature")));
        assert_eq!(verdict.evidence, ["expected `u64`, found `u32`"]);
    }
}
