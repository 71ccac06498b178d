//! The tables: a row for each learner and task, and a row for each learner.
//!
//! A spreadsheet takes a cell that opens with `=`, `+`, `-` or `@` for a formula, wherever it came from. Such a cell
//! opens with an apostrophe here.

use crate::class::{Class, Row};
use crate::clean::plain;
use crate::{Error, Points, State, Task};
use csv::Writer;

/// `grades.csv`. Points and per cent are empty where there is no grade.
pub(crate) fn grades(class: &Class) -> Result<Vec<u8>, Error> {
    let heads = [
        "learner",
        "task",
        "points",
        "possible",
        "percent",
        "state",
        "reason",
        "first_failing",
        "verdicts",
        "submission",
        "file",
    ];
    let mut table = Table::new("grades.csv", &heads)?;
    for learner in &class.learners {
        for (task, row) in class.header.tasks.iter().zip(&learner.rows) {
            let cells = cells(task, row.as_ref());
            let names = [learner.name.clone(), task.id.clone()];
            table.row(names.into_iter().chain(cells).chain([learner.file.clone()]))?;
        }
    }
    table.finish()
}

fn cells(task: &Task, row: Option<&Row>) -> [String; 8] {
    let possible = task.possible();
    let earned = row.map_or(Some(Points::ZERO), |row| row.earned);
    let percent = earned.map(|earned| format!("{:.1}", earned.percent_of(possible)));
    let judged = row.filter(|row| row.state == State::Graded);
    let failing = judged.and_then(|row| row.kinds.iter().position(|kind| *kind != verdict::Kind::Pass));
    let verdicts = row.map(|row| {
        let counted = row.counted();
        counted.iter().map(|(kind, count)| format!("{kind}={count}")).collect::<Vec<_>>().join(" ")
    });
    [
        shown(earned),
        possible.to_string(),
        percent.unwrap_or_default(),
        row.map_or(State::Missing, |row| row.state).name().to_owned(),
        row.map(|row| row.reason.clone()).unwrap_or_default(),
        failing.and_then(|place| task.criteria.get(place)).map(|asked| asked.test.clone()).unwrap_or_default(),
        verdicts.unwrap_or_default(),
        row.map(|row| row.submission.clone()).unwrap_or_default(),
    ]
}

/// `class.csv`: a learner a row, a task a column. A total is empty where one of its grades is.
pub(crate) fn class(class: &Class) -> Result<Vec<u8>, Error> {
    let tasks = class.header.tasks.iter().map(|task| task.id.as_str());
    let heads: Vec<&str> = ["learner"].into_iter().chain(tasks).chain(["total", "possible"]).collect();
    let mut table = Table::new("class.csv", &heads)?;
    for learner in &class.learners {
        let grades = learner.rows.iter().map(|row| shown(row.as_ref().map_or(Some(Points::ZERO), |row| row.earned)));
        let sums = [shown(learner.earned()), class.possible().to_string()];
        table.row([learner.name.clone()].into_iter().chain(grades).chain(sums))?;
    }
    table.finish()
}

fn shown(points: Option<Points>) -> String {
    points.map(|points| points.to_string()).unwrap_or_default()
}

struct Table {
    name: &'static str,
    writer: Writer<Vec<u8>>,
}

impl Table {
    fn new(name: &'static str, heads: &[&str]) -> Result<Table, Error> {
        let mut table = Table { name, writer: Writer::from_writer(Vec::new()) };
        table.row(heads.iter().map(|head| (*head).to_owned()))?;
        Ok(table)
    }

    fn row(&mut self, cells: impl Iterator<Item = String>) -> Result<(), Error> {
        let cells: Vec<String> = cells.map(|cell| cell_of(&cell)).collect();
        self.writer.write_record(cells).map_err(|error| unwritable(self.name, &error))
    }

    fn finish(self) -> Result<Vec<u8>, Error> {
        self.writer.into_inner().map_err(|error| unwritable(self.name, &error))
    }
}

fn unwritable(name: &str, error: &dyn std::fmt::Display) -> Error {
    Error::Format { file: name.into(), what: error.to_string() }
}

/// What a spreadsheet shows as it is.
fn cell_of(text: &str) -> String {
    let text = plain(text);
    let formula = |c: char| matches!(c, '=' | '+' | '-' | '@' | '＝' | '＋' | '－' | '＠');
    // Some spreadsheets look for a formula behind spaces, too.
    if text.trim_start().starts_with(formula) { format!("'{text}") } else { text }
}

#[cfg(test)]
mod tests {
    use super::cell_of;

    #[test]
    fn no_cell_is_a_formula() {
        for (text, cell) in [
            ("=HYPERLINK(\"x\")", "'=HYPERLINK(\"x\")"),
            ("+1", "'+1"),
            ("-1", "'-1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("\t=1", "' =1"),
            ("\u{1b}[0m=1", "'=1"),
            ("＝1", "'＝1"),
            ("a=1", "a=1"),
            ("0.5", "0.5"),
        ] {
            assert_eq!(cell_of(text), cell);
        }
    }
}
