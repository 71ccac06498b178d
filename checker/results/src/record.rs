//! What came of one submission for one task.

use crate::{Asked, Error, Header, Points, clean};
use serde::{Deserialize, Serialize};
use verdict::{Kind, Verdict};

/// What came of one learner's submission for one task.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Graded {
    /// Who handed it in: unique within the class.
    pub learner: String,
    /// The task's id.
    pub task: String,
    /// SHA-256 of what was taken of the submission.
    pub submission: String,
    /// Whether it was judged.
    pub outcome: Outcome,
    /// What the grader noted, such as files that were not taken.
    #[serde(default)]
    pub notes: Vec<String>,
    /// One for each criterion of the task, in any order; none where it was not judged.
    #[serde(default)]
    pub criteria: Vec<Criterion>,
    /// The compiler's words about the learner's code.
    #[serde(default)]
    pub compiler: String,
    /// The swim lanes, as the SVG document that `lanes::draw` writes.
    #[serde(default)]
    pub lanes: Option<String>,
    /// How long it took, in milliseconds. Kept apart, in `timings.jsonl`: two runs differ in nothing else.
    #[serde(skip)]
    pub took_ms: u64,
}

/// Whether a submission was judged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", content = "reason", rename_all = "lowercase")]
pub enum Outcome {
    /// It was.
    Graded,
    /// It was not even tried, and is worth nothing: a hostile or an empty archive. The reason is for the learner.
    Refused(String),
    /// It could not be, and the grader is at fault: never a zero.
    Infra(String),
}

/// What came of one criterion.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Criterion {
    /// The test's name, as in [`Asked::test`].
    pub test: String,
    /// What was seen. Its spans and its trace are not kept: the picture shows them.
    pub verdict: Verdict,
    /// What the test printed. More than 64 KiB are cut in the middle.
    #[serde(default)]
    pub output: String,
}

/// Names one record of a journal.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    /// Who.
    pub learner: String,
    /// The task's id.
    pub task: String,
    /// SHA-256 of the submission.
    pub submission: String,
}

/// What a grade is, as tables say it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// Judged.
    Graded,
    /// The grader's own fault: no grade.
    Infra,
    /// Not even tried: worth nothing.
    Refused,
    /// Not handed in: worth nothing.
    Missing,
}

impl State {
    /// The word that stands for it in tables.
    pub fn name(self) -> &'static str {
        match self {
            State::Graded => "graded",
            State::Infra => "infra",
            State::Refused => "refused",
            State::Missing => "missing",
        }
    }
}

/// What the journal keeps of a test's output, in bytes.
const MOST_OUTPUT: usize = 64 * 1024;
/// What it keeps of the compiler's words, in bytes.
const MOST_COMPILER: usize = 64 * 1024;
/// A picture that is longer, in bytes, is left out.
const MOST_LANES: usize = 512 * 1024;

impl Graded {
    /// Names the record.
    pub fn key(&self) -> Key {
        Key { learner: self.learner.clone(), task: self.task.clone(), submission: self.submission.clone() }
    }

    /// What the grade is. One criterion that could not be judged makes the whole `infra`: its points are not known.
    pub fn state(&self) -> State {
        match self.outcome {
            Outcome::Refused(_) => State::Refused,
            Outcome::Infra(_) => State::Infra,
            Outcome::Graded if self.criteria.iter().any(|criterion| criterion.verdict.kind == Kind::Infra) => {
                State::Infra
            }
            Outcome::Graded => State::Graded,
        }
    }

    /// Why it is refused or infra.
    pub fn reason(&self) -> Option<String> {
        match &self.outcome {
            Outcome::Refused(reason) | Outcome::Infra(reason) => Some(reason.clone()),
            Outcome::Graded => {
                let infra = self.criteria.iter().find(|criterion| criterion.verdict.kind == Kind::Infra)?;
                Some(format!("{}: {}", infra.test, infra.verdict.seen))
            }
        }
    }

    /// The points of the criteria that hold; none, which is not zero, where the grader is at fault.
    pub fn earned(&self, asked: &[Asked]) -> Option<Points> {
        match self.state() {
            State::Infra => None,
            State::Refused | State::Missing => Some(Points::ZERO),
            State::Graded => {
                let holds = |asked: &&Asked| self.verdict(&asked.test).is_some_and(Verdict::passed);
                Some(asked.iter().filter(holds).map(|asked| asked.points).sum())
            }
        }
    }

    /// What came of a criterion.
    pub fn criterion(&self, test: &str) -> Option<&Criterion> {
        self.criteria.iter().find(|criterion| criterion.test == test)
    }

    /// What was seen of a criterion.
    pub fn verdict(&self, test: &str) -> Option<&Verdict> {
        self.criterion(test).map(|criterion| &criterion.verdict)
    }

    /// Whether it answers what the header asks: each criterion once, and no other.
    ///
    /// # Errors
    ///
    /// [`Error::Record`] says what is wrong.
    pub(crate) fn check(&self, header: &Header) -> Result<(), Error> {
        let wrong = |what: String| {
            Err(Error::Record { learner: clean::plain(&self.learner), task: clean::plain(&self.task), what })
        };
        let Some(task) = header.task(&self.task) else { return wrong("the header has no such task".into()) };
        if self.learner.is_empty() {
            return wrong("the learner has no name".into());
        }
        if self.outcome != Outcome::Graded {
            let none = self.criteria.is_empty();
            return if none { Ok(()) } else { wrong("it was not judged, and yet has verdicts".into()) };
        }
        let mut answered: Vec<&str> = self.criteria.iter().map(|criterion| criterion.test.as_str()).collect();
        let mut asked: Vec<&str> = task.criteria.iter().map(|asked| asked.test.as_str()).collect();
        answered.sort_unstable();
        asked.sort_unstable();
        if answered == asked {
            return Ok(());
        }
        let odd = answered.iter().find(|test| !asked.contains(test)).or(asked.iter().find(|t| !answered.contains(t)));
        let odd = odd.map_or_else(|| "one is answered twice".to_owned(), |test| clean::plain(test));
        wrong(format!("{} verdicts for {} criteria: {odd}", answered.len(), asked.len()))
    }

    /// What the journal keeps: criteria in the order in which they are asked, and no more than its bounds.
    pub(crate) fn kept(&self, header: &Header) -> Graded {
        let mut kept = self.clone();
        let order = header.task(&self.task).map_or(&[][..], |task| &task.criteria);
        kept.criteria.sort_by_key(|criterion| order.iter().position(|asked| asked.test == criterion.test));
        for criterion in &mut kept.criteria {
            criterion.output = clean::cut_middle(&criterion.output, MOST_OUTPUT);
            criterion.verdict.spans.clear();
            *criterion.verdict.trace = verdict::Trace::default();
        }
        kept.compiler = clean::cut_middle(&kept.compiler, MOST_COMPILER);
        kept.lanes = kept.lanes.filter(|lanes| lanes.len() <= MOST_LANES);
        kept
    }
}

/// A record as a line of the journal holds it: with its grade, for whoever reads the lines.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Record {
    pub(crate) state: State,
    pub(crate) earned: Option<Points>,
    pub(crate) possible: Points,
    pub(crate) graded: Graded,
}

impl Record {
    pub(crate) fn of(graded: &Graded, header: &Header) -> Record {
        let asked = header.task(&graded.task).map_or(&[][..], |task| &task.criteria);
        Record {
            state: graded.state(),
            earned: graded.earned(asked),
            possible: asked.iter().map(|asked| asked.points).sum(),
            graded: graded.kept(header),
        }
    }
}
