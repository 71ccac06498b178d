//! Judges subjects: stage, build once, then every criterion in a process of its own.

use crate::build::{self, Built, Package, What};
use crate::fault::Fault;
use crate::rules::{self, Broken, Rules};
use crate::stage::{self, Lock, Parts, Stage};
use crate::subject::Subject;
use catalog::Criterion;
use std::collections::VecDeque;
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use verdict::supervise::{self, Run};
use verdict::{Kind, Order, Verdict};

/// What came of one criterion.
#[derive(Clone, Debug)]
pub(crate) struct Judged {
    pub(crate) criterion: Criterion,
    pub(crate) verdict: Verdict,
    /// What the test printed.
    pub(crate) output: String,
    pub(crate) took: Duration,
    /// What came of it the other times, where a failure is tried [more than once](How::again).
    pub(crate) again: Vec<Judged>,
}

/// What came of one subject.
#[derive(Debug)]
pub(crate) struct Outcome {
    /// In the order of the criteria.
    pub(crate) judged: Vec<Judged>,
    /// The compiler's own words about the subject's code.
    pub(crate) compiler: String,
    pub(crate) warnings: usize,
}

/// Hears what goes on while it goes on, from several threads.
pub(crate) trait Listen: Sync {
    /// A build begins: of the tests, or of the models.
    fn building(&self) {}
    /// The build is over, and this is what the compiler said about a subject's code.
    fn built(&self, _: &Outcome) {}
    /// A criterion is decided; in no order.
    fn judged(&self, _: &Judged) {}
}

/// Hears nothing.
impl Listen for () {}

/// How to judge.
#[derive(Clone, Copy, Debug)]
pub(crate) struct How<'a> {
    /// Tests, models or both.
    pub(crate) parts: Parts,
    /// Criteria whose test's name contains this.
    pub(crate) only: Option<&'a str>,
    /// Without a progress line.
    pub(crate) quiet: bool,
    /// With the swim lanes.
    pub(crate) spans: bool,
    /// How often a criterion that fails is judged again, to see whether it is told the same.
    pub(crate) again: usize,
}

/// One process to run.
struct Job<'a> {
    subject: usize,
    place: usize,
    criterion: &'a Criterion,
    binary: &'a Path,
}

/// Judges the subjects, which are built together.
pub(crate) fn judge(root: &Path, subjects: &[Subject<'_>], how: How<'_>) -> Result<Vec<Outcome>, Fault> {
    judge_aloud(root, subjects, how, &())
}

/// Judges the subjects, and tells how it goes.
pub(crate) fn judge_aloud(
    root: &Path,
    subjects: &[Subject<'_>],
    how: How<'_>,
    listener: &dyn Listen,
) -> Result<Vec<Outcome>, Fault> {
    let stage = Stage::set(root, subjects, how.parts)?;
    let oversized = |subject: &Subject<'_>| rules::oversized(&subject.sources(&stage.staged(subject)));
    if let ([subject], Some(verdict)) = (subjects, subjects.first().and_then(oversized)) {
        return Ok(vec![unbuilt(subject, &verdict, how)?]);
    }
    listener.building();
    Ready::of(stage, root, subjects, how)?.judge_aloud(listener)
}

/// Subjects that are built and wait to be judged.
#[derive(Debug)]
pub(crate) struct Ready<'a> {
    stage: Stage,
    subjects: &'a [Subject<'a>],
    built: Built,
    how: How<'a>,
}

impl<'a> Ready<'a> {
    /// Builds the subjects together.
    pub(crate) fn built(
        lock: &Lock,
        root: &Path,
        subjects: &'a [Subject<'a>],
        how: How<'a>,
    ) -> Result<Ready<'a>, Fault> {
        Ready::of(Stage::set_under(lock, root, subjects, how.parts)?, root, subjects, how)
    }

    /// Builds the subjects of a stage.
    fn of(stage: Stage, root: &Path, subjects: &'a [Subject<'a>], how: How<'a>) -> Result<Ready<'a>, Fault> {
        let packages: Vec<String> =
            subjects.iter().flat_map(|subject| how.parts.packages(subject)).map(|(name, _)| name).collect();
        let built = build::build(root, &stage, &packages, What::Tests, how.quiet)?;
        Ok(Ready { stage, subjects, built, how })
    }

    /// Judges them.
    pub(crate) fn judge(&self) -> Result<Vec<Outcome>, Fault> {
        self.judge_aloud(&())
    }

    fn judge_aloud(&self, listener: &dyn Listen) -> Result<Vec<Outcome>, Fault> {
        run(&self.stage, self.subjects, &self.built, self.how, listener)
    }

    /// Removes what was built for those that are not worked on: 26 MB each.
    pub(crate) fn tidy_up(&self) {
        let once = self.subjects.iter().filter(|subject| subject.built_once);
        let packages: Vec<_> = once.flat_map(|subject| Parts::All.packages(subject)).map(|(name, _)| name).collect();
        self.built.remove(&packages);
    }
}

/// Runs the criteria of all subjects and puts them back in order.
fn run(
    stage: &Stage,
    subjects: &[Subject<'_>],
    built: &Built,
    how: How<'_>,
    listener: &dyn Listen,
) -> Result<Vec<Outcome>, Fault> {
    let mut criteria = Vec::new();
    for subject in subjects {
        criteria.push(wanted(subject, how)?);
    }
    let mut slots: Vec<Vec<Option<Judged>>> = criteria.iter().map(|of| of.iter().map(|_| None).collect()).collect();
    let mut jobs = VecDeque::new();
    let mut outcomes = Vec::new();
    for (index, subject) in subjects.iter().enumerate() {
        let outcome = Outcome::of(subject, built);
        listener.built(&outcome);
        outcomes.push(outcome);
        let broken = Rules::of(subject.task, subject.models).broken_by(&subject.sources(&stage.staged(subject)))?;
        for (place, criterion) in criteria[index].iter().enumerate() {
            let name = if criterion.model { stage::models(subject) } else { subject.package.clone() };
            match ready(criterion, built.package(&name), &broken) {
                Ok(binary) => jobs.push_back(Job { subject: index, place, criterion, binary }),
                Err(verdict) => {
                    let judged = Judged::at_once(criterion, *verdict);
                    listener.judged(&judged);
                    slots[index][place] = Some(judged);
                }
            }
        }
    }
    let slots = Mutex::new(slots);
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    // Those that talk to a service wait for it most of the time.
    let serves = |job: &Job<'_>| !subjects[job.subject].task.metadata().requires.is_empty();
    let (waiting, working): (VecDeque<_>, VecDeque<_>) = jobs.into_iter().partition(serves);
    for (jobs, workers) in [(working, cores * WORKING), (waiting, cores * WAITING)] {
        side_by_side(jobs, workers, &|job: Job<'_>| {
            let mut judged = one(job.criterion, job.binary, how.spans);
            if !judged.verdict.passed() && judged.verdict.kind != Kind::Unstarted {
                judged.again = (0..how.again).map(|_| one(job.criterion, job.binary, how.spans)).collect();
            }
            listener.judged(&judged);
            slots.lock().unwrap_or_else(PoisonError::into_inner)[job.subject][job.place] = Some(judged);
        });
    }
    let slots = slots.into_inner().unwrap_or_else(PoisonError::into_inner);
    for (outcome, judged) in outcomes.iter_mut().zip(slots) {
        outcome.judged = judged.into_iter().flatten().collect();
    }
    Ok(outcomes)
}

/// Judges one subject, wherever it was built, by these criteria: what is not known without running is `run`. In the
/// order of the criteria.
#[cfg(feature = "grade")]
pub(crate) fn each<'a>(
    criteria: &'a [Criterion],
    package: &dyn Fn(&Criterion) -> &'a Package,
    rules: &Broken,
    run: &(dyn Fn(&Criterion, &Path) -> Judged + Sync),
) -> Vec<Judged> {
    let mut slots: Vec<Option<Judged>> = criteria.iter().map(|_| None).collect();
    let mut jobs = VecDeque::new();
    for ((place, criterion), slot) in criteria.iter().enumerate().zip(&mut slots) {
        match ready(criterion, Some(package(criterion)), rules) {
            Ok(binary) => jobs.push_back((place, criterion, binary)),
            Err(verdict) => *slot = Some(Judged::at_once(criterion, *verdict)),
        }
    }
    let slots = Mutex::new(slots);
    side_by_side(jobs, WORKING, &|(place, criterion, binary)| {
        let judged = run(criterion, binary);
        slots.lock().unwrap_or_else(PoisonError::into_inner)[place] = Some(judged);
    });
    slots.into_inner().unwrap_or_else(PoisonError::into_inner).into_iter().flatten().collect()
}

/// The binary that judges by this criterion, or the verdict that is known without it.
fn ready<'a>(criterion: &Criterion, package: Option<&'a Package>, rules: &Broken) -> Result<&'a Path, Box<Verdict>> {
    let broken = package.and_then(|package| package.broken.clone());
    let rule = rules.forbidden.clone().or_else(|| rules.round_the_shim.clone().filter(|_| criterion.model));
    match (broken.or(rule), package.and_then(|package| package.binary.as_deref())) {
        (Some(verdict), _) => Err(Box::new(verdict)),
        (None, Some(binary)) => Ok(binary),
        (None, None) => {
            let verdict = Verdict::new(Kind::Infra, "cargo built no test binary and said nothing about it");
            Err(Box::new(verdict))
        }
    }
}

/// The criteria to judge a subject by.
fn wanted(subject: &Subject<'_>, how: How<'_>) -> Result<Vec<Criterion>, Fault> {
    let wanted = |criterion: &Criterion| {
        let part = if criterion.model { Parts::Models } else { Parts::Tests };
        (how.parts == Parts::All || how.parts == part)
            && (subject.models || !criterion.model)
            && how.only.is_none_or(|part| criterion.test.contains(part))
    };
    Ok(subject.task.criteria()?.into_iter().filter(wanted).collect())
}

/// The same verdict on all criteria of a subject that is not built.
fn unbuilt(subject: &Subject<'_>, verdict: &Verdict, how: How<'_>) -> Result<Outcome, Fault> {
    let criteria = wanted(subject, how)?;
    let judged = criteria.iter().map(|criterion| Judged::at_once(criterion, verdict.clone())).collect();
    Ok(Outcome { judged, compiler: String::new(), warnings: 0 })
}

/// So many criteria run on each core: some wait for a real clock, a process or a file.
const WORKING: usize = 2;
/// So many criteria that need a service run on each core.
const WAITING: usize = 4;

/// Does the jobs in this many threads.
fn side_by_side<J: Send>(jobs: VecDeque<J>, workers: usize, work: &(dyn Fn(J) + Sync)) {
    let workers = workers.min(jobs.len());
    let jobs = Mutex::new(jobs);
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                loop {
                    let job = jobs.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
                    let Some(job) = job else { return };
                    work(job);
                }
            });
        }
    });
}

/// Judges one criterion in a process of its own.
pub(crate) fn one(criterion: &Criterion, binary: &Path, spans: bool) -> Judged {
    let asked = Order::asked();
    let order = Order { spans: spans || asked.spans, ..asked };
    let (test, deadline) = (whole_name(criterion), patience(criterion));
    supervised(criterion, Run { binary, test: &test, deadline, order: &order, keeper: None })
}

/// Judges one criterion under a keeper, by a binary whose tests have opaque names.
#[cfg(feature = "grade")]
pub(crate) fn kept(
    criterion: &Criterion,
    binary: &Path,
    salt: &str,
    order: &Order,
    keeper: &dyn verdict::Keeper,
) -> Judged {
    let test = verdict::opaque::opaque(salt, &whole_name(criterion));
    supervised(criterion, Run { binary, test: &test, deadline: patience(criterion), order, keeper: Some(keeper) })
}

/// As libtest lists it.
fn whole_name(criterion: &Criterion) -> String {
    format!("{}::{}", if criterion.model { "loom" } else { "acceptance" }, criterion.test)
}

/// Until when the process has to end.
fn patience(criterion: &Criterion) -> Duration {
    criterion.deadline + supervise::PATIENCE
}

fn supervised(criterion: &Criterion, run: Run<'_>) -> Judged {
    let judged = supervise::judge(run);
    Judged {
        criterion: criterion.clone(),
        verdict: judged.verdict,
        output: judged.output,
        took: judged.took,
        again: Vec::new(),
    }
}

impl Outcome {
    /// With nothing judged yet.
    pub(crate) fn of(subject: &Subject<'_>, built: &Built) -> Outcome {
        let package = built.package(&subject.package);
        Outcome {
            judged: Vec::new(),
            compiler: package.map_or_else(String::new, |package| subject.as_found(&package.shown)),
            warnings: package.map_or(0, |package| package.warnings),
        }
    }
}

impl Judged {
    /// The same as a verdict on its code, without a run.
    pub(crate) fn at_once(criterion: &Criterion, verdict: Verdict) -> Judged {
        Judged { criterion: criterion.clone(), verdict, output: String::new(), took: Duration::ZERO, again: Vec::new() }
    }
}
