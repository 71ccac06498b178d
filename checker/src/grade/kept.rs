//! From verdicts to results: what is asked of a class, what came of each submission, who is done already.

use super::grader::{Grader, Prepared, Source};
use super::keeper;
use crate::cli::GradeOptions;
use crate::fault::Fault;
use crate::judge::Outcome;
use crate::subject::collect;
use crate::{Exit, report, trace, verify};
use catalog::{Hash, Task};
use results::{Graded, Header, Journal, Key};
use sandbox::Ability;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;
use submissions::{Declared, Entry, Learner, Submission, Why};

/// The results of a class.
pub(super) struct Kept {
    journal: Mutex<Journal>,
    /// Who was graded before this run.
    done: BTreeSet<Key>,
    /// The tasks that a refusal is noted for when it is about all of them.
    tasks: Vec<String>,
    /// Everyone who was met.
    learners: Mutex<BTreeSet<String>>,
}

impl Kept {
    /// Begins the results in `out`, or goes on with them.
    ///
    /// # Errors
    ///
    /// A folder that cannot be written, holds other results, or was graded otherwise.
    pub(super) fn open(
        prepared: &[Prepared<'_>],
        machine: &[Ability],
        out: &Path,
        options: &GradeOptions,
    ) -> Result<Kept, Fault> {
        let header = header(prepared, machine, options)?;
        let (journal, done) = match options.resume {
            true => Journal::resume(out, &header).map_err(of_results)?,
            false => (Journal::create(out, &header).map_err(of_results)?, BTreeSet::new()),
        };
        let tasks = header.tasks.into_iter().map(|task| task.id).collect();
        Ok(Kept { journal: Mutex::new(journal), done, tasks, learners: Mutex::default() })
    }

    /// Grades one entry, unless it was graded before, and keeps what came of it.
    ///
    /// # Errors
    ///
    /// Results that cannot be written, and a class that cannot be read on. What keeps one submission from being judged is
    /// kept as `infra`.
    pub(super) fn one(
        &self,
        grader: &Grader,
        worker: usize,
        prepared: &[Prepared<'_>],
        entry: Result<Entry, submissions::Error>,
    ) -> Result<(), Fault> {
        match entry {
            Ok(Entry::Taken(submission)) => {
                self.meet(&submission.learner);
                let mut graded = begun(&submission.learner, &submission.task, &submission.sha256);
                let of = prepared.iter().find(|prepared| prepared.task.id() == submission.task);
                if let (Some(prepared), false) = (of, self.done.contains(&graded.key())) {
                    judge(grader, worker, prepared, submission, &mut graded);
                    self.append(&graded)?;
                }
            }
            // What nobody has handed in is missing, which the finished results say by themselves.
            Ok(Entry::Refused { learner, why: Why::NotHandedIn, .. }) => self.meet(&learner),
            Ok(Entry::Refused { learner, task, why, .. }) => {
                self.not_judged(&learner, task, &results::Outcome::Refused(why.to_string()))?;
            }
            Err(submissions::Error::Learner { ref learner, .. }) => {
                let why = entry.as_ref().map_or_else(ToString::to_string, |_| String::new());
                self.not_judged(learner, None, &results::Outcome::Infra(why))?;
            }
            Err(error) => return Err(of_submissions(error)),
        }
        Ok(())
    }

    /// Notes this of a learner, for one task or for all.
    fn not_judged(&self, learner: &Learner, task: Option<String>, outcome: &results::Outcome) -> Result<(), Fault> {
        self.meet(learner);
        for task in task.map_or_else(|| self.tasks.clone(), |task| vec![task]) {
            let graded = Graded { outcome: outcome.clone(), ..begun(learner, &task, "") };
            if !self.done.contains(&graded.key()) {
                self.append(&graded)?;
            }
        }
        Ok(())
    }

    /// Writes all that is made of the results, and says what came of the class.
    pub(super) fn finish(self, out: &Path, options: &GradeOptions) -> Result<Exit, Fault> {
        let learners = self.learners.into_inner().unwrap_or_else(PoisonError::into_inner).into_iter().collect();
        let journal = self.journal.into_inner().unwrap_or_else(PoisonError::into_inner);
        let options = results::Options { learners, timings: options.timings, ..results::Options::default() };
        let summary = journal.finish(&options).map_err(of_results)?;
        outln!("{summary}");
        outln!("the results: {}", out.display());
        Ok(if summary.infra.is_empty() { Exit::Passed } else { Exit::Infra })
    }

    fn meet(&self, learner: &Learner) {
        self.learners.lock().unwrap_or_else(PoisonError::into_inner).insert(learner.name.clone());
    }

    fn append(&self, graded: &Graded) -> Result<(), Fault> {
        self.journal.lock().unwrap_or_else(PoisonError::into_inner).append(graded).map_err(of_results)
    }
}

fn begun(learner: &Learner, task: &str, submission: &str) -> Graded {
    Graded {
        learner: learner.name.clone(),
        task: task.to_owned(),
        submission: submission.to_owned(),
        outcome: results::Outcome::Graded,
        notes: Vec::new(),
        criteria: Vec::new(),
        compiler: String::new(),
        lanes: None,
        took_ms: 0,
    }
}

/// Judges a submission; a fault of the machine's is what came of it.
fn judge(grader: &Grader, worker: usize, prepared: &Prepared<'_>, submission: Submission, graded: &mut Graded) {
    let began = Instant::now();
    graded.notes = submission.notes;
    let mut sources: Vec<Source> = submission.files.into_iter().map(|file| (file.path, file.bytes)).collect();
    for missing in submission.missing {
        if let Ok(text) = std::fs::read(prepared.task.stub().join(&missing)) {
            graded.notes.push(format!("src/{} was not handed in: the stub's is taken", missing.display()));
            sources.push((missing, text));
        }
    }
    match grader.judge(worker, prepared, &sources, &[]) {
        Ok(outcome) => note(graded, prepared, outcome),
        Err(fault) => graded.outcome = results::Outcome::Infra(report::plain(&fault.to_string())),
    }
    graded.took_ms = began.elapsed().as_millis() as u64;
}

fn note(graded: &mut Graded, prepared: &Prepared<'_>, outcome: Outcome) {
    graded.lanes = trace::picture_of(prepared.task, &outcome.judged, "the submission");
    graded.compiler = report::plain(&outcome.compiler);
    graded.criteria = outcome
        .judged
        .into_iter()
        .map(|judged| results::Criterion {
            test: judged.criterion.test,
            verdict: judged.verdict,
            output: judged.output,
        })
        .collect();
}

/// What the results say they were found with.
fn header(prepared: &[Prepared<'_>], machine: &[Ability], options: &GradeOptions) -> Result<Header, Fault> {
    let (mut tests, mut tasks) = (BTreeMap::new(), Vec::new());
    for prepared in prepared {
        let task = prepared.task;
        tests.insert(task.id(), task.hash()?);
        let metadata = task.metadata();
        let asked = prepared.criteria.iter().map(|criterion| results::Asked {
            test: criterion.test.clone(),
            sentence: criterion.statement.clone(),
            points: results::Points::new(metadata.points(&criterion.test).into()).unwrap_or_default(),
            visibility: visibility(metadata.visibility(&criterion.test)),
            model: criterion.model,
        });
        let folder = format!("exercises/{}/{}", task.track(), task.folder());
        tasks.push(results::Task { id: task.id(), title: metadata.title.clone(), folder, criteria: asked.collect() });
    }
    Ok(Header {
        schema: results::SCHEMA,
        workbook: env!("CARGO_PKG_VERSION").to_owned(),
        toolchain: verify::toolchain()?.lines().collect::<Vec<_>>().join(", "),
        checker: this_program()?,
        tests,
        seed: options.seed,
        limits: keeper::limits(),
        sandbox: facts(machine).map(|(name, state)| results::Ability { name, state }).collect(),
        weak_sandbox: options.allow_weak_sandbox,
        tasks,
    })
}

/// The two crates know nothing of each other.
fn visibility(of: catalog::Visibility) -> results::Visibility {
    match of {
        catalog::Visibility::Visible => results::Visibility::Visible,
        catalog::Visibility::Hidden => results::Visibility::Hidden,
        catalog::Visibility::AfterDueDate => results::Visibility::AfterDueDate,
        catalog::Visibility::AfterPublished => results::Visibility::AfterPublished,
    }
}

/// What a machine contains code with, in words.
pub(super) fn facts(machine: &[Ability]) -> impl Iterator<Item = (String, String)> {
    let state = |ability: &Ability| match &ability.works {
        Ok(detail) => detail.clone(),
        Err(missing) => format!("missing: {}", missing.what),
    };
    machine.iter().map(move |ability| (ability.name.to_owned(), state(ability)))
}

/// This program's hash.
fn this_program() -> Result<String, Fault> {
    let path = Path::new("/proc/self/exe");
    let program = std::fs::read(path).map_err(|error| Fault::file("read", path, &error))?;
    let mut hash = Hash::new();
    hash.part(&program);
    Ok(hash.hex())
}

/// A task as submissions are looked for.
pub(super) fn declared(task: &Task) -> Result<Declared, Fault> {
    let mut files = BTreeMap::new();
    collect(&task.stub(), Path::new(""), &mut files)?;
    let mut files: Vec<PathBuf> = files.into_keys().collect();
    files.sort_by_key(|file| (file != Path::new("lib.rs"), file.clone()));
    Ok(Declared {
        id: task.id(),
        folder: Path::new(task.track()).join(task.folder()),
        package: task.package(),
        files,
        modules: true,
        manifest: std::fs::read(task.exercise().join("Cargo.toml")).ok(),
    })
}

pub(super) fn of_submissions(error: submissions::Error) -> Fault {
    Fault::usage(error.to_string())
}

fn of_results(error: results::Error) -> Fault {
    let fault = |text: String| match error {
        results::Error::Io { .. } | results::Error::Record { .. } | results::Error::Format { .. } => Fault::infra(text),
        _ => Fault::usage(text),
    };
    if let results::Error::Exists { out } = &error {
        return Fault::usage(format!("{} holds results already", out.display()))
            .help("`--resume` goes on with them; `--out` names another folder");
    }
    let text = error.to_string();
    match text.split_once('\n') {
        Some((message, help)) => fault(message.to_owned()).help(help.to_owned()),
        None => fault(text),
    }
}
