//! `checker bench`: builds a task's benchmark, optimised, runs it, and shows what it found.
//!
//! A speed is no verdict: whatever the figures are, the command succeeds. It fails where there are none.

mod chart;
mod print;
mod svg;
#[cfg(test)]
mod tests;

pub(crate) use svg::writable;

use crate::build::{self, Built, What};
use crate::cargo;
use crate::cli::BenchOptions;
use crate::fault::Fault;
use crate::stage::{self, Parts, Stage};
use crate::style::{BOLD, DIM};
use crate::subject::Subject;
use crate::{Exit, report, show, task, whose};
use catalog::{Task, Workbook};
use measure::Record;
use serde::Serialize;
use std::fs::File;
use std::io::{self, Write};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};
use verdict::{Kind, Site, Verdict};

/// The version of the JSON records; it changes when a field changes its meaning or goes.
const SCHEMA: u32 = 1;

/// When a benchmark is given up. The default size takes about 20 s.
const PATIENCE: Duration = Duration::from_secs(120);

/// The same at full size.
const PATIENCE_FULL: Duration = Duration::from_secs(1200);

/// Measures one task.
pub(crate) fn bench(workbook: &Workbook, options: &BenchOptions) -> Result<Exit, Fault> {
    let tasks = workbook.tasks()?;
    let task = catalog::resolve(&tasks, &options.id)?;
    if task.bench().is_none() {
        return Err(without(task, &tasks));
    }
    let (subject, who) = match options.solution {
        true => {
            whose::reference(task)?;
            (Subject::solution(task), "the reference solution")
        }
        false => (Subject::learner(task), "your code"),
    };
    if let Some(file) = &options.svg {
        writable(file)?;
    }
    let ran = run(workbook.root(), subject, options)?;
    let exit = if ran.broken.is_some() { Exit::Failed } else { Exit::Passed };
    if options.json {
        json(task, &ran, exit).or_else(task::unread)?;
    } else {
        out!("{}", report::head(task, who, &ran.compiler));
        out!("{}", print::records(&ran.records));
        if let Some(broken) = &ran.broken {
            out!("{}", report::finding(broken, &ran.printed));
        }
    }
    let drawable = ran.records.iter().any(|record| matches!(record, Record::Table(_)));
    if let Some(file) = options.svg.as_ref().filter(|_| drawable) {
        let title = format!("{} {}", task.id(), task.metadata().title);
        svg::draw(workbook.root(), &title, &ran.records, file, options.json)?;
        if !options.json {
            outln!("{DIM}the plot:{DIM:#} {BOLD}{}{BOLD:#}", file.display());
        }
    }
    Ok(exit)
}

/// What to say where there is nothing to measure.
fn without(task: &Task, tasks: &[Task]) -> Fault {
    let with: Vec<String> = tasks.iter().filter(|task| task.bench().is_some()).map(show::short).collect();
    let help = match &with[..] {
        [] => "no task of this workbook has one".to_owned(),
        [one] => format!("this task has one: {one}"),
        several => format!("these tasks have one: {}", several.join(", ")),
    };
    Fault::usage(format!("{} has no benchmark", task.id())).help(help)
}

/// What came of a benchmark.
#[derive(Debug, Default)]
struct Ran {
    /// What it handed over, until it ended.
    records: Vec<Record>,
    /// Why it did not come to its end.
    broken: Option<Verdict>,
    /// The compiler's own words about the subject's code.
    compiler: String,
    /// What it wrote to its streams.
    printed: String,
}

fn run(root: &Path, subject: Subject<'_>, options: &BenchOptions) -> Result<Ran, Fault> {
    let subjects = [subject];
    let [subject] = &subjects;
    let stage = Stage::set(root, &subjects, Parts::Bench)?;
    let name = stage::bench(subject);
    let built = build::build(root, &stage, std::slice::from_ref(&name), What::Bench, options.json)?;
    let compiler = built.package(&subject.package).map_or_else(String::new, |package| package.shown.clone());
    if let Some(broken) = broken(&built, [&subject.package, &name]) {
        return Ok(Ran { broken: Some(broken), compiler, ..Ran::default() });
    }
    let Some(program) = built.package(&name).and_then(|package| package.binary.as_deref()) else {
        return Err(Fault::infra("cargo built no benchmark and said nothing about it"));
    };

    let folder = stage.folder.join(&name);
    let (records, printed) = (folder.join("records.jsonl"), folder.join("printed.txt"));
    let create = |path: &Path| File::create(path).map_err(|error| Fault::file("create", path, &error));
    create(&records)?;
    let stream = create(&printed)?;
    let again = stream.try_clone().map_err(|error| Fault::file("write", &printed, &error))?;
    let mut command = Command::new(program);
    command.env(measure::RECORDS, &records).env_remove(measure::FULL).env_remove("RUST_BACKTRACE");
    if options.full {
        command.env(measure::FULL, "1");
    }
    // Its standard input is open for as long as the checker lives: it ends when that does.
    command.current_dir(root).stdin(Stdio::piped()).stdout(stream).stderr(again);
    let child = command
        .spawn()
        .map_err(|error| Fault::infra(format!("the benchmark {} does not start: {error}", program.display())))?;
    let patience = if options.full { PATIENCE_FULL } else { PATIENCE };
    let status = attend(child, patience, options.json)?;

    let read = |path: &Path| match std::fs::read(path) {
        Ok(bytes) => Ok(String::from_utf8_lossy(&bytes).into_owned()),
        Err(error) => Err(Fault::file("read", path, &error)),
    };
    let printed = read(&printed)?;
    let broken = match status {
        Some(status) if status.success() => None,
        Some(status) => Some(ended(status, &printed)),
        None => Some(
            Verdict::new(Kind::Timeout, format!("the benchmark had not ended after {} s", patience.as_secs()))
                .usually("something waits for what never comes: `cargo checker task` says what"),
        ),
    };
    let records = self::records(&read(&records)?, broken.is_some())?;
    Ok(Ran { records, broken, compiler, printed })
}

/// The first error that explains why one of these packages is not built.
fn broken(built: &Built, packages: [&str; 2]) -> Option<Verdict> {
    packages.iter().find_map(|name| built.package(name).and_then(|package| package.broken.clone()))
}

/// Waits for the end; nothing if it takes too long.
fn attend(mut child: Child, patience: Duration, quiet: bool) -> Result<Option<ExitStatus>, Fault> {
    let progress = cargo::progress(quiet, "{spinner} measuring, {elapsed}");
    let lifeline = child.stdin.take();
    let began = Instant::now();
    let status = loop {
        let status = child.try_wait().map_err(|error| Fault::infra(format!("the benchmark was lost: {error}")))?;
        if status.is_some() {
            break status;
        }
        if began.elapsed() > patience {
            let _ = child.kill();
            let _ = child.wait();
            break None;
        }
        std::thread::park_timeout(Duration::from_millis(20));
    };
    drop(lifeline);
    progress.finish_and_clear();
    Ok(status)
}

/// The records. One that is torn or unknown is the workbook's fault, unless the program was cut off.
fn records(text: &str, cut_off: bool) -> Result<Vec<Record>, Fault> {
    let mut records = Vec::new();
    for line in text.lines() {
        match serde_json::from_str(line) {
            Ok(record) => records.push(record),
            Err(_) if cut_off => break,
            Err(error) => return Err(Fault::infra(format!("the benchmark handed over no record: {error} in {line}"))),
        }
    }
    if !records.iter().any(|record| matches!(record, Record::Table(_))) && !cut_off {
        return Err(Fault::infra("the benchmark ended without a table"));
    }
    Ok(records)
}

/// Why a program that did not end well did so, by its last panic.
fn ended(status: ExitStatus, printed: &str) -> Verdict {
    let Some((_, panic)) = printed.rsplit_once("panicked at ") else {
        return Verdict::new(Kind::Crash, format!("the benchmark ended with {status}"));
    };
    let (place, said) = panic.split_once(":\n").unwrap_or((panic, ""));
    let said: Vec<&str> = said.lines().take_while(|line| !line.starts_with("note: ")).collect();
    let said = said.join(" ");
    let site = || {
        let mut parts = place.splitn(3, ':');
        let (file, line) = (parts.next()?, parts.next()?.parse().ok()?);
        let own = !file.contains("/registry/") && !file.contains("/rustc/") && !file.ends_with("/bench.rs");
        let from = file.rfind("src/").filter(|_| own)?;
        Some(Site { file: file[from..].to_owned(), line })
    };
    match said.strip_prefix("not yet implemented") {
        Some(what) => {
            let what = what.trim_start_matches(": ");
            let what = if what.is_empty() { "a `todo!()`" } else { what };
            Verdict::new(Kind::Unstarted, format!("still to write: {what}")).at(site())
        }
        None => Verdict::new(Kind::Crash, format!("the benchmark panicked: {said}")).at(site()),
    }
}

/// What the benchmark handed over, and an `end` record without which the run is incomplete.
#[derive(Serialize)]
#[serde(untagged)]
enum Line<'a> {
    Handed {
        schema: u32,
        task: &'a str,
        #[serde(flatten)]
        record: &'a Record,
    },
    End {
        schema: u32,
        task: &'a str,
        r#type: &'static str,
        verdict: Option<&'a Verdict>,
        exit: u8,
    },
}

fn json(task: &Task, ran: &Ran, exit: Exit) -> io::Result<()> {
    let id = task.id();
    let mut out = io::stdout().lock();
    let mut print = |line: &Line<'_>| {
        let line = serde_json::to_string(line).expect("records are plain data");
        writeln!(out, "{line}")
    };
    for record in &ran.records {
        print(&Line::Handed { schema: SCHEMA, task: &id, record })?;
    }
    let end = Line::End { schema: SCHEMA, task: &id, r#type: "end", verdict: ran.broken.as_ref(), exit: exit as u8 };
    print(&end)
}
