//! `checker grade`: judges a class's submissions, contained, and keeps results that hold.

mod compile;
mod contained;
mod grader;
mod hostile;
mod keeper;
mod kept;
mod reader;
mod recipe;
mod self_test;

use crate::cli::GradeOptions;
use crate::fault::Fault;
use crate::stage::{self, Lock};
use crate::style::{BOLD, DIM, GREEN, RED, YELLOW};
use crate::{Exit, cargo, report, tool, verify};
use catalog::{Task, Workbook};
use compile::Compiler;
use grader::{Grader, Prepared};
use kept::Kept;
pub(crate) use recipe::wrapped;
use sandbox::{Ability, Launcher};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, PoisonError};
use submissions::Submissions;

/// Grades, or only tests the grader.
pub(crate) fn grade(workbook: &Workbook, options: &GradeOptions) -> Result<Exit, Fault> {
    let tasks = workbook.tasks()?;
    let chosen = verify::chosen(&tasks, &options.tasks)?;
    let declared = chosen.iter().map(|task| kept::declared(task)).collect::<Result<Vec<_>, _>>()?;
    if let Some(folder) = &options.submissions {
        // Before the self-test, which takes its time.
        submissions::submissions(folder, &declared).map_err(kept::of_submissions)?;
    }
    let launcher = Launcher::new(tool::program(workbook.root(), "sandbox", false)?);
    let machine = machine(&launcher, options.allow_weak_sandbox)?;
    let ground = Ground::take(workbook.root())?;
    let grader = Grader {
        compiler: Compiler { launcher, toolchain: toolchain()?, weak: options.allow_weak_sandbox },
        reader: ground.copy_of_this_program()?,
        opaque: ground.salt.clone(),
        seed: options.seed,
        work: ground.folder.join("work"),
    };
    let prepared = prepare(workbook.root(), &chosen, &ground)?;
    let workers = options.jobs.map_or_else(|| std::thread::available_parallelism().map_or(1, usize::from), usize::from);
    if !tested(workbook, &grader, &prepared, &machine, workers, options.self_test)? {
        return Ok(Exit::Infra);
    }
    match (&options.submissions, &options.out) {
        _ if options.self_test => Ok(Exit::Passed),
        (Some(folder), Some(out)) => {
            let kept = Kept::open(&prepared, &machine, out, options)?;
            let entries = submissions::submissions(folder, &declared).map_err(kept::of_submissions)?;
            class(&grader, &prepared, entries, &kept, workers)?;
            kept.finish(out, options)
        }
        _ => Err(Fault::usage("what to grade, and where to put the results?")
            .help("`cargo checker grade SUBMISSIONS --out DIR`, or `cargo checker grade --self-test`")),
    }
}

/// What this machine contains code with; refuses one that lacks something, unless that is allowed.
fn machine(launcher: &Launcher, weak: bool) -> Result<Vec<Ability>, Fault> {
    let abilities = sandbox::abilities(launcher);
    let mut lacking = Vec::new();
    for ability in &abilities {
        match &ability.works {
            Ok(found) => outln!("{GREEN}  ok{GREEN:#}  {:<12} {DIM}{found}{DIM:#}", ability.name),
            Err(missing) => {
                outln!("{YELLOW}  --{YELLOW:#}  {:<12} {}", ability.name, missing.what);
                outln!("      {DIM}{}{DIM:#}", missing.remedy);
                lacking.push(ability.name);
            }
        }
    }
    match lacking.is_empty() || weak {
        true => Ok(abilities),
        false => Err(Fault::infra(format!("this machine cannot contain others' code: {} missing", lacking.join(", ")))
            .help("grade on another machine; or with --allow-weak-sandbox, which the results record")),
    }
}

/// Where the grader works: below the target folder, one grader at a time.
struct Ground {
    folder: PathBuf,
    salt: String,
    _lock: crate::lock::Lock,
}

impl Ground {
    fn take(root: &Path) -> Result<Ground, Fault> {
        let folder = stage::target(root).join("grading");
        std::fs::create_dir_all(&folder).map_err(|error| {
            Fault::file("create", &folder, &error).help("set CARGO_TARGET_DIR to a folder that you may write to")
        })?;
        let folder = folder.canonicalize().map_err(|error| Fault::file("find", &folder, &error))?;
        let lock = crate::lock::Lock::hold(&folder.join(".lock"))?;
        // What a grader that was killed has left.
        let work = folder.join("work");
        remove(&work)?;
        std::fs::create_dir_all(&work).map_err(|error| Fault::file("create", &work, &error))?;
        Ok(Ground { folder, salt: verdict::supervise::nonce(), _lock: lock })
    }

    /// A copy, since this program may be built anew while it grades.
    fn copy_of_this_program(&self) -> Result<PathBuf, Fault> {
        let (this, copy) = (Path::new("/proc/self/exe"), self.folder.join("reader"));
        let _ = std::fs::remove_file(&copy);
        std::fs::copy(this, &copy).map_err(|error| Fault::file("copy this program to", &copy, &error))?;
        Ok(copy)
    }
}

/// Builds the tests of each task, once.
fn prepare<'a>(root: &Path, tasks: &[&'a Task], ground: &Ground) -> Result<Vec<Prepared<'a>>, Fault> {
    let lock = Lock::take(root)?;
    let prepare = |task: &&'a Task| {
        let recipes = recipe::recipes(root, &lock, task, &ground.folder.join(task.package()))?;
        let services = task.metadata().requires.iter().filter_map(|service| match services::find(service) {
            Ok(services::Found::Program(program)) => program.canonicalize().ok(),
            _ => None,
        });
        Ok(Prepared { task, criteria: task.criteria()?, recipes, services: services.collect() })
    };
    tasks.iter().map(prepare).collect()
}

/// Removes a folder, if it is there.
fn remove(folder: &Path) -> Result<(), Fault> {
    match std::fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(Fault::file("remove", folder, &error)),
        _ => Ok(()),
    }
}

/// The compiler's own folder.
fn toolchain() -> Result<PathBuf, Fault> {
    let said = Command::new("rustc").args(["--print", "sysroot"]).output();
    let said = said.map_err(|error| {
        Fault::infra(format!("rustc does not start: {error}")).help("is the Rust toolchain on the PATH?")
    })?;
    let folder = PathBuf::from(String::from_utf8_lossy(&said.stdout).trim());
    folder.canonicalize().map_err(|error| Fault::file("find", &folder, &error))
}

/// Whether the grader judges rightly what it knows.
fn tested(
    workbook: &Workbook,
    grader: &Grader,
    prepared: &[Prepared<'_>],
    machine: &[Ability],
    workers: usize,
    fresh: bool,
) -> Result<bool, Fault> {
    let machine = kept::facts(machine).map(|(name, state)| format!("{name}: {state}\n")).collect::<String>();
    let progress = cargo::progress(false, "{spinner} self-test: {pos} of {len} judged, {elapsed}, about {eta} left");
    let found = self_test::self_test(workbook, grader, prepared, &machine, workers, fresh, &progress);
    progress.finish_and_clear();
    let found = found?;
    for problem in &found.problems {
        outln!("{RED}  no{RED:#}  {problem}");
    }
    let known =
        if found.known == 0 { String::new() } else { format!(" {DIM}({} known from before){DIM:#}", found.known) };
    if found.problems.is_empty() {
        let all = report::counted(found.judged + found.known, "reference, wrong or hostile crate");
        outln!("{GREEN}  ok{GREEN:#}  self-test    {all} judged as they must be{known}\n");
        return Ok(true);
    }
    outln!("\n{BOLD}Nothing is graded:{BOLD:#} the grader does not judge rightly what it knows, {}.", {
        report::counted(found.problems.len(), "problem")
    });
    outln!("{DIM}`cargo checker verify` says whether the tasks or the sandbox are at fault{DIM:#}");
    Ok(false)
}

/// Grades every submission.
fn class(
    grader: &Grader,
    prepared: &[Prepared<'_>],
    entries: Submissions<'_>,
    kept: &Kept,
    workers: usize,
) -> Result<(), Fault> {
    let progress = cargo::progress(false, "{bar:20} {pos} of {len} learners, {elapsed}, about {eta} left");
    let learners = entries.learners();
    progress.set_length(learners as u64);
    let entries = Mutex::new(entries);
    let fault = Mutex::new(None);
    let note = |error: Fault| {
        let _ = fault.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
    };
    std::thread::scope(|scope| {
        for worker in 0..workers {
            let (entries, progress, fault, note) = (&entries, &progress, &fault, &note);
            scope.spawn(move || {
                loop {
                    if fault.lock().unwrap_or_else(PoisonError::into_inner).is_some() {
                        return;
                    }
                    let entry = {
                        let mut entries = entries.lock().unwrap_or_else(PoisonError::into_inner);
                        let entry = entries.next();
                        progress.set_position((learners - entries.learners()) as u64);
                        entry
                    };
                    let Some(entry) = entry else { return };
                    if let Err(error) = kept.one(grader, worker, prepared, entry) {
                        note(error);
                    }
                }
            });
        }
    });
    progress.finish_and_clear();
    match fault.into_inner().unwrap_or_else(PoisonError::into_inner) {
        Some(fault) => Err(fault),
        None => Ok(()),
    }
}
