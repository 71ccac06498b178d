//! `checker doctor`: what this machine has, what it lacks, and the remedy of each finding.

mod flags;
mod machine;
mod needs;
mod places;
mod sandbox;
mod toolchain;

use crate::Exit;
use crate::fault::Fault;
use crate::out;
use crate::report::{self, WIDTH};
use crate::style::{BOLD, DIM, GREEN, RED, YELLOW};
use catalog::Workbook;
use serde::Serialize;
use std::process::{Command, Stdio};

/// The version of the JSON records; it changes when a field changes its meaning or goes.
const SCHEMA: u32 = 1;

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum State {
    /// As it should be.
    Ok,
    /// Something does less, or is slower.
    Less,
    /// Judging does not work.
    Bad,
}

/// What was found about one thing.
#[derive(Debug, Serialize)]
struct Finding {
    what: String,
    state: State,
    found: String,
    /// What to do about it; empty if nothing is to be done.
    remedy: String,
    /// The tasks that are not judged without it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    blocks: Vec<String>,
}

impl Finding {
    fn ok(what: impl Into<String>, found: impl Into<String>) -> Finding {
        Finding { what: what.into(), state: State::Ok, found: found.into(), remedy: String::new(), blocks: Vec::new() }
    }

    fn less(what: impl Into<String>, found: impl Into<String>, remedy: impl Into<String>) -> Finding {
        Finding { state: State::Less, remedy: remedy.into(), ..Finding::ok(what, found) }
    }

    fn bad(what: impl Into<String>, found: impl Into<String>, remedy: impl Into<String>) -> Finding {
        Finding { state: State::Bad, remedy: remedy.into(), ..Finding::ok(what, found) }
    }

    fn blocks(self, blocks: Vec<String>) -> Finding {
        Finding { blocks, ..self }
    }
}

/// Findings about one side of the machine.
type Examine = fn(&Workbook) -> Vec<Finding>;

/// Looks at everything that judging needs, and then at what some tasks, the book and grading need.
pub(crate) fn doctor(workbook: &Workbook, json: bool) -> Result<Exit, Fault> {
    let parts: [(&str, Examine); 6] = [
        ("toolchain", toolchain::examine),
        ("flags and settings", flags::examine),
        ("machine", machine::examine),
        ("folders", places::examine),
        ("some tasks and the book", needs::examine),
        ("grading others' code", sandbox::examine),
    ];
    let mut counts = [0; 3];
    for (part, examine) in parts {
        if !json {
            outln!("\n{BOLD}{part}{BOLD:#}");
        }
        for finding in examine(workbook) {
            counts[finding.state as usize] += 1;
            if json { record(part, &finding) } else { line(&finding) }
        }
    }
    let [_, less, bad] = counts;
    let exit = if bad == 0 { Exit::Passed } else { Exit::Failed };
    if json {
        let end = serde_json::json!({ "schema": SCHEMA, "type": "end", "less": less, "bad": bad, "exit": exit as u8 });
        out::out(format_args!("{end}\n"));
    } else {
        outln!("\n{}", sum(less, bad));
    }
    Ok(exit)
}

fn sum(less: usize, bad: usize) -> String {
    match (bad, less) {
        (0, 0) => format!("{GREEN}Everything is as it should be.{GREEN:#}"),
        (0, _) => format!("{GREEN}Judging works.{GREEN:#} {} to know about.", report::counted(less, "thing")),
        _ => format!("{RED}Judging does not work{RED:#} until what is marked bad is mended."),
    }
}

fn record(part: &str, finding: &Finding) {
    #[derive(Serialize)]
    struct Record<'a> {
        schema: u32,
        r#type: &'static str,
        part: &'a str,
        #[serde(flatten)]
        finding: &'a Finding,
    }
    let record = Record { schema: SCHEMA, r#type: "finding", part, finding };
    out::out(format_args!("{}\n", serde_json::to_string(&record).expect("findings are plain data")));
}

/// The columns before what was found.
const MARGIN: usize = 25;

fn line(finding: &Finding) {
    let (style, mark) = match finding.state {
        State::Ok => (GREEN, "ok"),
        State::Less => (YELLOW, "less"),
        State::Bad => (RED, "bad"),
    };
    let found = report::wrap(&report::plain(&finding.found), WIDTH - MARGIN, "");
    for (index, line) in found.iter().enumerate() {
        match index {
            0 => outln!("{style}{mark:>6}{style:#}  {:<16} {line}", finding.what),
            _ => outln!("{:MARGIN$}{line}", ""),
        }
    }
    let mut remedy = finding.remedy.clone();
    if !finding.blocks.is_empty() {
        remedy = format!("{remedy}. Without it not judged: {}", finding.blocks.join(", "));
    }
    if !remedy.is_empty() {
        for line in report::wrap(&report::plain(&remedy), WIDTH - MARGIN, "") {
            outln!("{:MARGIN$}{DIM}{line}{DIM:#}", "");
        }
    }
}

/// The first line that a program says about its version.
fn version(program: &str) -> Option<String> {
    said(Command::new(program).arg("--version"))
}

/// The first line that a command prints, if it succeeds.
fn said(command: &mut Command) -> Option<String> {
    let output = command.stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout);
    output.status.success().then(|| text.lines().next().unwrap_or_default().trim().to_owned())
}
