//! What one run said so far: each criterion, the first failure, the compiler's words.

use crate::event::Ended;
use serde::Deserialize;
use std::time::{Duration, Instant};
use verdict::{Kind, Verdict};

/// A record of the checker's: those fields of `task --json` that are shown. Each type has some of them.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Record {
    #[serde(rename = "type")]
    pub(crate) what: What,
    criteria: Vec<Announced>,
    compiler: String,
    test: String,
    verdict: Option<Verdict>,
    rendered: String,
    exit: u8,
}

/// The record's type. An unknown one is a newer checker's, and left out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum What {
    Begin,
    Building,
    Built,
    Criterion,
    End,
    #[default]
    #[serde(other)]
    Other,
}

#[derive(Debug, Default, Deserialize)]
struct Announced {
    test: String,
    statement: String,
}

/// How far a run is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    /// The checker starts.
    Starting,
    Building,
    Judging,
    /// Every criterion is decided; what the checker's exit code was.
    Over(u8),
    /// There is no verdict; the words say why.
    NoVerdict,
}

/// A criterion.
#[derive(Clone, Debug)]
pub(crate) struct Criterion {
    pub(crate) test: String,
    pub(crate) statement: String,
    /// Unless it is not decided yet.
    pub(crate) kind: Option<Kind>,
}

/// The first criterion, in the order of the report, that is decided and does not pass.
#[derive(Clone, Debug)]
pub(crate) struct Failure {
    pub(crate) test: String,
    /// With what the work probes saw.
    pub(crate) verdict: Verdict,
    /// As the checker's report tells it.
    pub(crate) rendered: String,
    place: usize,
}

/// A run, as far as it is.
#[derive(Clone, Debug)]
pub(crate) struct Board {
    pub(crate) phase: Phase,
    pub(crate) criteria: Vec<Criterion>,
    pub(crate) failure: Option<Failure>,
    /// What the compiler says about the learner's code.
    pub(crate) compiler: String,
    /// Why there is no verdict.
    pub(crate) fault: String,
    began: Instant,
    /// From the start to the last verdict.
    pub(crate) took: Option<Duration>,
}

impl Board {
    /// A run that starts now.
    pub(crate) fn start() -> Board {
        Board {
            phase: Phase::Starting,
            criteria: Vec::new(),
            failure: None,
            compiler: String::new(),
            fault: String::new(),
            began: Instant::now(),
            took: None,
        }
    }

    /// Notes what the checker says.
    pub(crate) fn note(&mut self, record: Record) {
        match record.what {
            What::Begin => {
                let fresh = |of: Announced| Criterion { test: of.test, statement: of.statement, kind: None };
                self.criteria = record.criteria.into_iter().map(fresh).collect();
            }
            What::Building => self.phase = Phase::Building,
            What::Built => {
                self.phase = Phase::Judging;
                // The models are built after the tests, and the compiler has nothing new to say then.
                self.compiler.push_str(&record.compiler);
            }
            What::Criterion => self.decide(record),
            What::End => self.over(Phase::Over(record.exit)),
            What::Other => {}
        }
    }

    fn decide(&mut self, record: Record) {
        let Some(verdict) = record.verdict else { return };
        let Some(place) = self.criteria.iter().position(|criterion| criterion.test == record.test) else { return };
        self.criteria[place].kind = Some(verdict.kind);
        if !verdict.passed() && self.failure.as_ref().is_none_or(|failure| place < failure.place) {
            self.failure = Some(Failure { test: record.test, verdict, rendered: record.rendered, place });
        }
    }

    /// The checker is gone. Without an `end` there is no verdict, and its complaint says why.
    pub(crate) fn ended(&mut self, ended: Ended) {
        if self.phase_is_over() {
            return;
        }
        self.fault = match ended.complained.trim() {
            "" => "The checker ended without a verdict.\n".to_owned(),
            said => format!("{said}\n"),
        };
        self.over(Phase::NoVerdict);
    }

    fn over(&mut self, phase: Phase) {
        self.phase = phase;
        self.took = Some(self.began.elapsed());
    }

    pub(crate) fn phase_is_over(&self) -> bool {
        matches!(self.phase, Phase::Over(_) | Phase::NoVerdict)
    }

    /// Every criterion passes.
    pub(crate) fn passed(&self) -> bool {
        self.phase == Phase::Over(0)
    }

    /// How many criteria are decided so and so.
    pub(crate) fn count(&self, so: impl Fn(Kind) -> bool) -> usize {
        self.criteria.iter().filter_map(|criterion| criterion.kind).filter(|kind| so(*kind)).count()
    }

    pub(crate) fn elapsed(&self) -> Duration {
        self.took.unwrap_or_else(|| self.began.elapsed())
    }
}

#[cfg(test)]
mod tests {
    use super::{Board, Phase};
    use crate::event::Ended;
    use verdict::Kind;

    fn note(board: &mut Board, record: &str) {
        board.note(serde_json::from_str(record).expect("a record"));
    }

    fn judging() -> Board {
        let mut board = Board::start();
        let announced = r#"{"type":"begin","criteria":[{"test":"a","statement":"A."},{"test":"b","statement":"B."}]}"#;
        for record in [announced, r#"{"type":"building"}"#, r#"{"type":"built","compiler":"","warnings":0}"#] {
            note(&mut board, record);
        }
        assert_eq!((board.phase, board.criteria.len()), (Phase::Judging, 2));
        board
    }

    #[test]
    fn the_first_failure_is_the_first_in_order_however_they_come() {
        let mut board = judging();
        note(&mut board, r#"{"type":"criterion","test":"b","rendered":"leak  B.","verdict":{"kind":"leak"}}"#);
        assert_eq!(board.failure.as_ref().map(|failure| failure.test.as_str()), Some("b"));
        note(&mut board, r#"{"type":"criterion","test":"a","rendered":"bound A.","verdict":{"kind":"bound"}}"#);
        assert_eq!(board.failure.as_ref().map(|failure| failure.verdict.kind), Some(Kind::Bound));
        note(&mut board, r#"{"type":"end","passed":0,"total":2,"exit":1}"#);
        assert!(board.phase_is_over() && !board.passed() && board.count(|kind| kind == Kind::Pass) == 0);
    }

    #[test]
    fn what_a_newer_checker_says_besides_is_left_out() {
        let mut board = judging();
        note(&mut board, r#"{"type":"weather","verdict":null,"sky":["blue"]}"#);
        note(&mut board, r#"{"type":"criterion","test":"c","verdict":{"kind":"leak"}}"#);
        assert!(board.failure.is_none());
    }

    #[test]
    fn a_checker_that_ends_early_says_why() {
        let mut board = judging();
        board.ended(Ended { complained: "error: a broken manifest\n".to_owned(), ..Ended::default() });
        assert_eq!((board.phase, board.fault.as_str()), (Phase::NoVerdict, "error: a broken manifest\n"));
    }
}
