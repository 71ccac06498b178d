//! The class in a few lines, as the command prints it.

use crate::class::{Class, Learner};
use crate::clean::{cut, plain};
use crate::message::counted;
use crate::{Points, State};
use std::collections::BTreeMap;
use std::fmt;

/// What came of a class.
#[derive(Clone, Debug, PartialEq)]
pub struct Summary {
    /// How many learners there are.
    pub learners: usize,
    /// How many grades there are of each state; learners and tasks make the sum.
    pub states: BTreeMap<State, usize>,
    /// The middle of what learners earned, in per cent of what was possible, among those whose every grade is known.
    pub median: Option<f64>,
    /// What could not be judged.
    pub infra: Vec<Reason>,
    /// What was refused.
    pub refused: Vec<Reason>,
    /// The criteria that most failed, the most failed first; at most ten.
    pub most_failed: Vec<Failed>,
    /// Whether the sandbox lacked something.
    pub weak_sandbox: bool,
    /// The SHA-256 of the journal's last line: noted elsewhere, it vouches for all results.
    pub head: String,
}

/// Why a grade is infra or refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    /// Who.
    pub learner: String,
    /// The task's id.
    pub task: String,
    /// Why, in a line.
    pub reason: String,
}

/// A criterion that some learners failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failed {
    /// The task's id.
    pub task: String,
    /// What is asked.
    pub sentence: String,
    /// How many failed it.
    pub failed: usize,
    /// How many were judged.
    pub judged: usize,
}

const MOST_FAILED: usize = 10;
const WIDTH: usize = 80;

impl Summary {
    pub(crate) fn of(class: &Class) -> Summary {
        let mut states = BTreeMap::new();
        for row in class.learners.iter().flat_map(|learner| &learner.rows) {
            *states.entry(row.as_ref().map_or(State::Missing, |row| row.state)).or_default() += 1;
        }
        let mut failed: Vec<Failed> =
            (0..class.header.tasks.len()).flat_map(|task| failures(class, task)).filter(|f| f.failed > 0).collect();
        failed.sort_by_key(|criterion| std::cmp::Reverse(criterion.failed));
        failed.truncate(MOST_FAILED);
        Summary {
            learners: class.learners.len(),
            states,
            median: median(class),
            infra: reasons(class, State::Infra),
            refused: reasons(class, State::Refused),
            most_failed: failed,
            weak_sandbox: class.header.weak_sandbox,
            head: class.head.clone(),
        }
    }

    /// How many grades there are of a state.
    pub fn count(&self, state: State) -> usize {
        self.states.get(&state).copied().unwrap_or(0)
    }
}

/// How often each criterion of a task failed, in the order in which they are asked.
pub(crate) fn failures(class: &Class, task: usize) -> Vec<Failed> {
    let rows = || class.learners.iter().filter_map(move |learner| learner.rows[task].as_ref());
    let judged = rows().filter(|row| row.state == State::Graded).count();
    let of = &class.header.tasks[task];
    let failed = |place: usize| {
        let fails = |row: &&crate::class::Row| {
            row.state == State::Graded && row.kinds.get(place).is_some_and(|kind| *kind != verdict::Kind::Pass)
        };
        rows().filter(fails).count()
    };
    let criterion = |(place, asked): (usize, &crate::Asked)| Failed {
        task: of.id.clone(),
        sentence: asked.sentence.clone(),
        failed: failed(place),
        judged,
    };
    of.criteria.iter().enumerate().map(criterion).collect()
}

/// What is infra or refused.
pub(crate) fn reasons(class: &Class, state: State) -> Vec<Reason> {
    let of = |learner: &Learner| -> Vec<Reason> {
        let rows = class.header.tasks.iter().zip(&learner.rows);
        let rows = rows.filter_map(|(task, row)| Some((task, row.as_ref().filter(|row| row.state == state)?)));
        rows.map(|(task, row)| Reason {
            learner: learner.name.clone(),
            task: task.id.clone(),
            reason: row.reason.clone(),
        })
        .collect()
    };
    class.learners.iter().flat_map(of).collect()
}

fn median(class: &Class) -> Option<f64> {
    let mut earned: Vec<Points> = class.learners.iter().filter_map(Learner::earned).collect();
    earned.sort();
    let (middle, possible) = (earned.len() / 2, class.possible());
    let upper = earned.get(middle)?.percent_of(possible);
    if earned.len() % 2 == 1 { Some(upper) } else { Some((upper + earned[middle - 1].percent_of(possible)) / 2.0) }
}

impl fmt::Display for Summary {
    /// At most 80 columns.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let grades: usize = self.states.values().sum();
        write!(f, "{}, {}: ", counted(self.learners, "learner"), counted(grades, "grade"))?;
        let states = [State::Graded, State::Refused, State::Missing, State::Infra];
        let shown = states.into_iter().filter(|state| *state == State::Graded || self.count(*state) > 0);
        let shown: Vec<String> = shown.map(|state| format!("{} {}", self.count(state), state.name())).collect();
        writeln!(f, "{}", shown.join(", "))?;
        if let Some(median) = self.median {
            writeln!(f, "median: {median:.1} % of the points")?;
        }
        if self.weak_sandbox {
            writeln!(f, "the sandbox lacked something: see the index")?;
        }
        list(f, "could not be judged, the grader's fault, no grade", &self.infra)?;
        list(f, "refused, worth nothing", &self.refused)?;
        if !self.most_failed.is_empty() {
            writeln!(f, "\nmost failed:")?;
        }
        let widest = self.most_failed.iter().map(|failed| failed.task.len()).max().unwrap_or(0);
        for failed in &self.most_failed {
            let open = format!("  {:>4} of {:<4} {:widest$}  ", failed.failed, failed.judged, failed.task);
            writeln!(f, "{}", row(&open, &failed.sentence.replace('`', "")))?;
        }
        writeln!(f, "\njournal's last line:\n  {}", self.head)
    }
}

fn list(f: &mut fmt::Formatter<'_>, what: &str, reasons: &[Reason]) -> fmt::Result {
    if !reasons.is_empty() {
        writeln!(f, "\n{what}:")?;
    }
    for Reason { learner, task, reason } in reasons {
        let who = format!("  {}, {task}: ", cut(&plain(learner), 40));
        if textwrap::core::display_width(&format!("{who}{reason}")) <= WIDTH {
            writeln!(f, "{who}{reason}")?;
        } else {
            writeln!(f, "{}\n{}", row(&who, ""), row("    ", reason))?;
        }
    }
    Ok(())
}

/// One line of at most 80 columns.
fn row(open: &str, text: &str) -> String {
    let mut line = format!("{open}{}", plain(text));
    if textwrap::core::display_width(&line) > WIDTH {
        while textwrap::core::display_width(&line) > WIDTH - 2 {
            line.pop();
        }
        line.push_str(" …");
    }
    line
}
