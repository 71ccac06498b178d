//! `checker task --json`: a record a line, each as soon as there is something to say.

use crate::Exit;
use crate::judge::{Judged, Listen, Outcome};
use crate::report;
use catalog::{Criterion, Task, Workbook};
use serde::Serialize;
use std::io::{self, Write};
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use verdict::Verdict;

/// The version of the JSON records; it changes when a field changes its meaning or goes.
pub(crate) const SCHEMA: u32 = 1;

/// Writes the records of one run. After one that could not be written, no other is tried: [`Stream::end`] tells.
pub(super) struct Stream {
    task: String,
    rendered: bool,
    failed: Mutex<Option<io::Error>>,
}

/// `begin` comes first and `end` last; without `end` the run is incomplete. `building` and `built` come once for the
/// tests and, where a task has models, once more. A `criterion` comes when it is decided, in no order; models that were
/// announced have none if the tests do not compile.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "lowercase")]
enum Record<'a> {
    Begin {
        title: &'a str,
        /// Whose code is judged.
        who: &'a str,
        /// The folder of the learner's crate.
        exercise: &'a Path,
        /// In the order of a report.
        criteria: Vec<Announced<'a>>,
    },
    Building,
    Built {
        warnings: usize,
        /// What the compiler says about the judged code.
        compiler: &'a str,
    },
    Criterion {
        test: &'a str,
        statement: &'a str,
        model: bool,
        verdict: &'a Verdict,
        milliseconds: u128,
        /// The criterion as the report tells it, where asked for.
        #[serde(skip_serializing_if = "Option::is_none")]
        rendered: Option<String>,
    },
    End {
        passed: usize,
        total: usize,
        warnings: usize,
        exit: u8,
    },
}

/// A criterion before it is judged.
#[derive(Serialize)]
struct Announced<'a> {
    test: &'a str,
    statement: &'a str,
    model: bool,
    /// What it is worth.
    points: u32,
}

#[derive(Serialize)]
struct Line<'a> {
    schema: u32,
    task: &'a str,
    #[serde(flatten)]
    record: Record<'a>,
}

impl Stream {
    pub(super) fn begin(workbook: &Workbook, task: &Task, who: &str, criteria: &[Criterion], rendered: bool) -> Stream {
        let stream = Stream { task: task.id(), rendered, failed: Mutex::new(None) };
        let exercise = task.exercise();
        stream.write(Record::Begin {
            title: &task.metadata().title,
            who,
            exercise: exercise.strip_prefix(workbook.root()).unwrap_or(&exercise),
            criteria: criteria
                .iter()
                .map(|criterion| Announced {
                    test: &criterion.test,
                    statement: &criterion.statement,
                    model: criterion.model,
                    points: task.metadata().points(&criterion.test),
                })
                .collect(),
        });
        stream
    }

    /// The last record.
    ///
    /// # Errors
    ///
    /// The first record that could not be written, this one or an earlier one.
    pub(super) fn end(self, judged: &[Judged], warnings: usize, exit: Exit) -> io::Result<()> {
        let passed = judged.iter().filter(|judged| judged.verdict.passed()).count();
        self.write(Record::End { passed, total: judged.len(), warnings, exit: exit as u8 });
        self.failed.into_inner().unwrap_or_else(PoisonError::into_inner).map_or(Ok(()), Err)
    }

    fn write(&self, record: Record<'_>) {
        let line = Line { schema: SCHEMA, task: &self.task, record };
        let text = serde_json::to_string(&line).expect("records are plain data");
        let mut failed = self.failed.lock().unwrap_or_else(PoisonError::into_inner);
        if failed.is_none() {
            *failed = writeln!(io::stdout().lock(), "{text}").err();
        }
    }
}

impl Listen for Stream {
    fn building(&self) {
        self.write(Record::Building);
    }

    fn built(&self, outcome: &Outcome) {
        self.write(Record::Built { warnings: outcome.warnings, compiler: &outcome.compiler });
    }

    fn judged(&self, judged: &Judged) {
        let coloured = anstream::AutoStream::choice(&io::stdout()) != anstream::ColorChoice::Never;
        let rendered = self.rendered.then(|| match (report::criteria(std::slice::from_ref(judged)), coloured) {
            (text, true) => text,
            (text, false) => anstream::adapter::strip_str(&text).to_string(),
        });
        self.write(Record::Criterion {
            test: &judged.criterion.test,
            statement: &judged.criterion.statement,
            model: judged.criterion.model,
            verdict: &judged.verdict,
            milliseconds: judged.took.as_millis(),
            rendered,
        });
    }
}
