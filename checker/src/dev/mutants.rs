//! `checker dev mutants`: an outside check of the tests. `cargo mutants` changes each solution in one small place
//! after the other, and the task's criteria and models must notice. What they cannot notice has its reason in
//! `tests/<task>/mutants.toml`:
//!
//! ```toml
//! [[survivor]]
//! file = "src/lib.rs"
//! line = "if self.open >= WINDOW {"
//! mutant = "replace >= with > in Window::is_full"
//! reason = "…"
//! ```
//!
//! `line` is the source line where the change begins, so that an entry holds when lines move. Without `mutant` it is for
//! every change of that line. A survivor without an entry and an entry without a survivor are findings.
//!
//! Not changed are `Debug`, files that the stub gives whole, and a binary that the criteria do not run. The copy that is
//! changed lies under `target/`; the criteria supervise themselves, as under any `cargo test`.

use crate::Exit;
use crate::build;
use crate::fault::Fault;
use crate::report;
use crate::stage::{Parts, Stage};
use crate::style::{BOLD, DIM, GREEN, RED};
use crate::subject::{Subject, collect};
use crate::verify;
use catalog::{Task, Workbook};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Another version makes other mutants.
const VERSION: &str = "27";

/// Seconds after which a build or the criteria together have been held up by the mutant: they take a few. A
/// criterion that hangs is given up after ten, so one has failed by then.
const TIMEOUT: &str = "120";

/// Not judged, so not changed: what only a person who debugs will read.
const UNJUDGED: &str = r"impl (\w+::)*Debug for";

/// Lets `cargo mutants` change the solutions of these tasks and holds what survives against the written reasons.
pub(crate) fn mutants(workbook: &Workbook, ids: &[String]) -> Result<Exit, Fault> {
    let tasks = workbook.tasks()?;
    let mut plans = Vec::new();
    for task in verify::chosen(&tasks, ids)? {
        plans.push((task, reasons(&task.tests().join("mutants.toml"))?));
    }
    installed()?;
    let (mut tables, mut findings) = (Vec::new(), Vec::new());
    for (task, reasons) in plans {
        outln!("{BOLD}{}{BOLD:#} {}", task.id(), task.metadata().title);
        match survey(workbook.root(), task)? {
            Some(survey) => {
                let (unexplained, idle) = compare(&survey.survived, &reasons);
                let file = task.tests().join("mutants.toml").display().to_string();
                findings.extend(unexplained.into_iter().map(|survivor| format!("{} survives: {survivor}", task.id())));
                findings.extend(idle.into_iter().map(|reason| format!("{file}: no such survivor: {reason}")));
                tables.push((task.id(), Some(survey)));
            }
            None if ids.is_empty() && !task.metadata().requires.is_empty() => tables.push((task.id(), None)),
            None => {
                let needs = match &task.metadata().requires[..] {
                    [] => String::new(),
                    services => format!("; it needs {}", services.join(", ")),
                };
                return Err(Fault::infra(format!("the solution of {} does not pass here{needs}", task.id()))
                    .help(format!("`cargo checker task {} --solution` says why", task.id())));
            }
        }
    }
    tell(&tables, &findings);
    Ok(if findings.is_empty() { Exit::Passed } else { Exit::Failed })
}

/// What came of one task's mutants.
#[derive(Debug, Default)]
struct Survey {
    caught: usize,
    timeouts: usize,
    /// The compiler refuses them.
    unviable: usize,
    survived: Vec<Survivor>,
}

/// A mutant that no criterion notices, and where it lies, in words that hold when lines move.
#[derive(Debug)]
struct Survivor {
    file: String,
    line: String,
    mutant: String,
}

impl std::fmt::Display for Survivor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}, `{}`: {}", self.file, self.line, self.mutant)
    }
}

/// One build to begin with, then `cargo mutants`. Nothing, if the tests do not pass on the unchanged copy.
fn survey(root: &Path, task: &Task) -> Result<Option<Survey>, Fault> {
    let subject = [Subject::copy(task)];
    let stage = Stage::set(root, &subject, Parts::All)?;
    let packages: Vec<String> = Parts::All.packages(&subject[0]).into_iter().map(|(name, _)| name).collect();
    let built = build::build(root, &stage, &packages, build::What::Tests, false)?;
    let output = stage.target.join("mutants").join(&packages[0]);
    let _ = std::fs::remove_dir_all(&output);
    std::fs::create_dir_all(&output).map_err(|error| Fault::file("create", &output, &error))?;

    let mut command = cargo();
    command.args(["mutants", "--no-config", "--in-place", "--profile", "judge", "--timeout", TIMEOUT, "--package"]);
    command.args([&packages[0], "--test-package", &packages.join(","), "--exclude-re", UNJUDGED]);
    for file in unjudged(task)? {
        command.arg("--exclude").arg(Path::new(&packages[0]).join("src").join(file));
    }
    command.arg("--dir").arg(&stage.folder).arg("--output").arg(&output);
    // Each mutant is one small change in the same crate: 1.6 s of compiling instead of 4.8 s for fan-out/20.
    command.env("CARGO_TARGET_DIR", &stage.target).env("CARGO_INCREMENTAL", "1");
    command.env("CARGO_ENCODED_RUSTFLAGS", build::flags()).env_remove("RUSTFLAGS");
    let status = command.stdin(Stdio::null()).status();
    // Also after an interruption the next run finds the copy as it should be.
    subject[0].lay(&stage.staged(&subject[0]))?;
    built.remove(&packages);
    let said = output.join("mutants.out");
    match status.map(|status| status.code()) {
        // All caught, some survived, some timed out.
        Ok(Some(0 | 2 | 3)) => read(&said.join("outcomes.json"), &stage.staged(&subject[0]), &packages[0]).map(Some),
        Ok(Some(4)) => Ok(None),
        _ => Err(Fault::infra("cargo mutants failed").help(format!("{} holds what it wrote", said.display()))),
    }
}

/// The solution's files that are not judged: what the stub gives whole, and a binary that the criteria do not run.
fn unjudged(task: &Task) -> Result<Vec<PathBuf>, Fault> {
    let (mut given, mut files) = (BTreeMap::new(), BTreeMap::new());
    collect(&task.stub(), Path::new(""), &mut given)?;
    collect(&task.solution().join("src"), Path::new(""), &mut files)?;
    let read = |file: &Path| std::fs::read_to_string(file).map_err(|error| Fault::file("read", file, &error));
    let mut program = false;
    for file in task.judging_files()? {
        program |= read(&file)?.contains("program!()");
    }
    let mut unjudged = Vec::new();
    for (file, path) in files {
        let given = given.get(&file).map(|stub| read(stub)).transpose()?.map(|stub| essence(&stub));
        if given == Some(essence(&read(&path)?)) || (file == Path::new("main.rs") && !program) {
            unjudged.push(file);
        }
    }
    Ok(unjudged)
}

/// A source without what differs between a stub and a solution that it gives whole: the crate's name, what a line holds
/// for it, and the marks of what a chapter shows.
fn essence(source: &str) -> String {
    let marks = |line: &&str| !line.trim_start().starts_with("// ANCHOR");
    let packed: String = source.lines().filter(marks).flat_map(str::split_whitespace).collect();
    packed.replace("_solution::", "::").replace(",}", "}")
}

fn cargo() -> Command {
    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

fn installed() -> Result<(), Fault> {
    let output = cargo().args(["mutants", "--version"]).stderr(Stdio::null()).output();
    let said = output.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned()).unwrap_or_default();
    if said.strip_prefix("cargo-mutants ").is_some_and(|version| version.split('.').next() == Some(VERSION)) {
        return Ok(());
    }
    let found = if said.is_empty() { "cargo-mutants is not installed".to_owned() } else { format!("found {said}") };
    Err(Fault::infra(format!("{found}; version {VERSION} is needed"))
        .help(format!("cargo install --locked cargo-mutants@{VERSION}")))
}

/// What `cargo mutants` writes: the parts that are read here.
#[derive(Deserialize)]
struct Outcomes {
    outcomes: Vec<Outcome>,
}

#[derive(Deserialize)]
struct Outcome {
    scenario: Scenario,
    summary: Summary,
}

#[derive(Deserialize)]
enum Scenario {
    Baseline,
    Mutant(Box<Mutant>),
}

#[derive(Deserialize)]
struct Mutant {
    /// Such as `fan-out-01-mutants/src/lib.rs:7:9: replace a with b`.
    name: String,
    file: String,
    span: Span,
}

#[derive(Deserialize)]
struct Span {
    start: Place,
}

#[derive(Deserialize)]
struct Place {
    line: usize,
}

#[derive(Clone, Copy, Deserialize, PartialEq, Eq)]
enum Summary {
    Success,
    CaughtMutant,
    MissedMutant,
    Unviable,
    Failure,
    Timeout,
}

/// Reads the outcomes. The sources are as they were before the changes.
fn read(outcomes: &Path, staged: &Path, package: &str) -> Result<Survey, Fault> {
    let text = std::fs::read_to_string(outcomes).map_err(|error| Fault::file("read", outcomes, &error))?;
    let outcomes: Outcomes = serde_json::from_str(&text)
        .map_err(|error| Fault::infra(format!("what cargo mutants wrote cannot be read: {error}")))?;
    let mut survey = Survey::default();
    for Outcome { scenario, summary } in outcomes.outcomes {
        let Scenario::Mutant(mutant) = scenario else { continue };
        match summary {
            Summary::CaughtMutant => survey.caught += 1,
            Summary::Timeout => survey.timeouts += 1,
            Summary::Unviable => survey.unviable += 1,
            Summary::MissedMutant => {
                let file = mutant.file.strip_prefix(&format!("{package}/")).unwrap_or(&mutant.file);
                let path = staged.join(file);
                let source = std::fs::read_to_string(&path).map_err(|error| Fault::file("read", &path, &error))?;
                survey.survived.push(survivor(&mutant, file, &source));
            }
            Summary::Success | Summary::Failure => {
                return Err(Fault::infra(format!("cargo mutants came to no verdict on {}", mutant.name)));
            }
        }
    }
    Ok(survey)
}

fn survivor(mutant: &Mutant, file: &str, source: &str) -> Survivor {
    let line = source.lines().nth(mutant.span.start.line.saturating_sub(1)).unwrap_or_default();
    let place = format!("{}:{}:", mutant.file, mutant.span.start.line);
    // The column is left.
    let words = mutant.name.strip_prefix(&place).and_then(|rest| rest.split_once(": ")).map(|(_, words)| words);
    Survivor { file: file.to_owned(), line: line.trim().to_owned(), mutant: words.unwrap_or(&mutant.name).to_owned() }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Reasons {
    #[serde(default)]
    survivor: Vec<Reason>,
}

/// Why a mutant survives.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Reason {
    file: String,
    line: String,
    #[serde(default)]
    mutant: Option<String>,
    reason: String,
}

impl Reason {
    fn explains(&self, survivor: &Survivor) -> bool {
        let at = |file: &str, line: &str| (file, line) == (&survivor.file[..], &survivor.line[..]);
        at(&self.file, &self.line) && self.mutant.as_ref().is_none_or(|mutant| *mutant == survivor.mutant)
    }
}

impl std::fmt::Display for Reason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}, `{}`: {}", self.file, self.line, self.mutant.as_deref().unwrap_or("any change"))
    }
}

/// What a file says of survivors; nothing, where there is no file.
fn reasons(file: &Path) -> Result<Vec<Reason>, Fault> {
    if !file.exists() {
        return Ok(Vec::new());
    }
    let text = std::fs::read_to_string(file).map_err(|error| Fault::file("read", file, &error))?;
    let unsound = |what: String| {
        Fault::usage(what).help("each [[survivor]] has file, line and reason, and mutant if it is for one alone")
    };
    let read: Reasons = toml::from_str(&text).map_err(|error| {
        let line = text[..error.span().map_or(0, |span| span.end.min(text.len()))].lines().count().max(1);
        unsound(format!("{}:{line}: {}", file.display(), error.message().trim()))
    })?;
    match read.survivor.iter().find(|entry| entry.reason.trim().is_empty()) {
        Some(entry) => Err(unsound(format!("{}: no reason is given for {entry}", file.display()))),
        None => Ok(read.survivor),
    }
}

/// Survivors without a reason, and reasons without a survivor.
fn compare<'a>(survived: &'a [Survivor], reasons: &'a [Reason]) -> (Vec<&'a Survivor>, Vec<&'a Reason>) {
    let unexplained = survived.iter().filter(|survivor| !reasons.iter().any(|reason| reason.explains(survivor)));
    let idle = reasons.iter().filter(|reason| !survived.iter().any(|survivor| reason.explains(survivor)));
    (unexplained.collect(), idle.collect())
}

fn tell(tables: &[(String, Option<Survey>)], findings: &[String]) {
    let head = ["task", "mutants", "caught", "timeouts", "unviable", "survived"];
    let [task, rest @ ..] = head;
    outln!("\n{BOLD}{task:<16}{}{BOLD:#}", rest.map(|word| format!("{word:>10}")).concat());
    for (id, survey) in tables {
        let Some(survey) = survey else {
            outln!("{id:<16}{DIM}  not judged: what it needs is not here{DIM:#}");
            continue;
        };
        let Survey { caught, timeouts, unviable, survived } = survey;
        let all = caught + timeouts + unviable + survived.len();
        let figures = [all, *caught, *timeouts, *unviable, survived.len()];
        outln!("{id:<16}{}", figures.map(|figure| format!("{figure:>10}")).concat());
    }
    outln!("{DIM}a mutant that times out is noticed; one that is unviable does not compile{DIM:#}\n");
    for finding in findings {
        outln!("{RED}  -{RED:#} {finding}");
    }
    let style = if findings.is_empty() { GREEN } else { RED };
    let (tasks, found) = (report::counted(tables.len(), "task"), report::counted(findings.len(), "finding"));
    outln!("{style}{tasks}, {found}{style:#}");
}

#[cfg(test)]
mod tests {
    use super::*;

    const OUTCOMES: &str = r#"{"outcomes": [
        {"scenario": "Baseline", "summary": "Success", "phase_results": []},
        {"scenario": {"Mutant": {"name": "t-mutants/src/lib.rs:2:7: replace < with <= in full", "package": "t-mutants",
          "file": "t-mutants/src/lib.rs", "span": {"start": {"line": 2, "column": 7}, "end": {"line": 2, "column": 8}},
          "replacement": "<=", "genre": "BinaryOperator"}}, "summary": "MissedMutant"},
        {"scenario": {"Mutant": {"name": "t-mutants/src/lib.rs:2:5: replace full -> bool with true",
          "package": "t-mutants", "file": "t-mutants/src/lib.rs",
          "span": {"start": {"line": 2, "column": 5}, "end": {"line": 2, "column": 10}},
          "replacement": "true", "genre": "FnValue"}}, "summary": "Timeout"}
    ], "total_mutants": 2}"#;

    fn scratch() -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("a temporary folder");
        std::fs::create_dir(folder.path().join("src")).expect("a folder");
        std::fs::write(folder.path().join("src/lib.rs"), "fn full(n: u8) -> bool {\n    n < 8\n}\n").expect("a file");
        std::fs::write(folder.path().join("outcomes.json"), OUTCOMES).expect("a file");
        folder
    }

    fn entry(line: &str, reason: &str) -> String {
        format!(
            "[[survivor]]\nfile = \"src/lib.rs\"\nline = \"{line}\"\nmutant = \"replace < with <= in full\"\n\
             reason = \"{reason}\"\n"
        )
    }

    #[test]
    fn a_survivor_is_named_without_line_numbers() {
        let folder = scratch();
        let survey = read(&folder.path().join("outcomes.json"), folder.path(), "t-mutants").expect("outcomes");
        assert_eq!((survey.caught, survey.timeouts, survey.unviable), (0, 1, 0));
        let survived: Vec<String> = survey.survived.iter().map(Survivor::to_string).collect();
        assert_eq!(survived, ["src/lib.rs, `n < 8`: replace < with <= in full"]);
    }

    #[test]
    fn survivors_and_reasons_must_be_the_same() {
        let folder = scratch();
        let survived =
            read(&folder.path().join("outcomes.json"), folder.path(), "t-mutants").expect("outcomes").survived;
        let file = folder.path().join("mutants.toml");
        let found = |text: &str| {
            std::fs::write(&file, text).expect("a file");
            let reasons = reasons(&file).expect("reasons");
            let (unexplained, idle) = compare(&survived, &reasons);
            (unexplained.len(), idle.len())
        };
        assert_eq!(found(""), (1, 0));
        assert_eq!(found(&entry("n < 8", "seven is the most there is")), (0, 0));
        assert_eq!(found(&entry("n < 9", "seven is the most there is")), (1, 1));
        let any = entry("n < 8", "seven is the most there is").replace("mutant = \"replace < with <= in full\"\n", "");
        assert_eq!(found(&any), (0, 0));
        assert_eq!(found(&entry("n < 8", "so").replace("<=", ">")), (1, 1));
    }

    #[test]
    fn what_is_given_is_known_by_another_crate_name() {
        let stub = "use fan_out_1::{a, b};\n\nfn main() {}\n";
        let solution =
            "use fan_out_1_solution::{\n    a, b,\n};\n\n// ANCHOR: main\nfn main() {}\n// ANCHOR_END: main\n";
        assert_eq!(essence(stub), essence(solution));
        assert_ne!(essence(stub), essence(&solution.replace("{}", "{ todo!() }")));
    }

    #[test]
    fn an_entry_without_a_reason_is_refused() {
        let folder = scratch();
        let file = folder.path().join("mutants.toml");
        for (text, said) in [
            (entry("n < 8", " "), "no reason is given for src/lib.rs, `n < 8`"),
            ("[[survivor]]\nfile = \"src/lib.rs\"\n".to_owned(), "missing field `line`"),
            (entry("n < 8", "so") + "why = 1\n", "mutants.toml:6: unknown field `why`"),
        ] {
            std::fs::write(&file, text).expect("a file");
            let fault = reasons(&file).expect_err("unsound").to_string();
            assert!(fault.contains(said), "{fault}");
        }
        assert!(reasons(&folder.path().join("none.toml")).expect("no file").is_empty());
    }
}
