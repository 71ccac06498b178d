//! Gradescope's `results.json`, as its autograder specification publishes it.

use crate::clean::{lines, plain};
use crate::finish::Page;
use crate::{Asked, Error, Graded, State, Task, Visibility, message};
use serde::Serialize;
use verdict::{Kind, Verdict};

/// What Gradescope keeps of a test's output without complaint, with room to spare, in bytes.
const MOST_OUTPUT: usize = 16 * 1024;

/// The whole file. The score is left to be the tests' sum.
#[derive(Serialize)]
struct Document {
    #[serde(skip_serializing_if = "Option::is_none")]
    execution_time: Option<u64>,
    output: String,
    output_format: &'static str,
    stdout_visibility: &'static str,
    tests: Vec<Test>,
}

/// One criterion. Where the grader is at fault, it has neither a score nor a status: it is no zero.
#[derive(Serialize)]
struct Test {
    name: String,
    number: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    score: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_score: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<&'static str>,
    output: String,
    output_format: &'static str,
    visibility: Visibility,
    tags: Vec<String>,
}

/// The learner's file.
pub(crate) fn document(page: &Page<'_>) -> Result<String, Error> {
    let mut tests = Vec::new();
    let mut words = Vec::new();
    for (index, (task, graded)) in page.header.tasks.iter().zip(&page.graded).enumerate() {
        words.extend(about(task, graded.as_ref()));
        for (place, asked) in task.criteria.iter().enumerate() {
            let number = format!("{}.{}", index + 1, place + 1);
            tests.push(test(task, asked, graded.as_ref(), number));
        }
    }
    let timed: Option<u64> = page.took.iter().flatten().copied().reduce(|a, b| a + b);
    let document = Document {
        execution_time: timed.map(|ms| ms.div_ceil(1000)),
        output: words.join("\n"),
        output_format: "text",
        stdout_visibility: "hidden",
        tests,
    };
    let text = serde_json::to_string_pretty(&document);
    text.map(|text| text + "\n").map_err(|error| Error::Format {
        file: format!("gradescope/{}.json", page.learner.file),
        what: error.to_string(),
    })
}

/// What is to be said about a whole task.
fn about(task: &Task, graded: Option<&Graded>) -> Option<String> {
    let Some(graded) = graded else { return Some(format!("{}: not handed in.", task.title)) };
    let reason = || plain(&graded.reason().unwrap_or_default());
    match graded.state() {
        State::Infra => Some(format!(
            "{}: could not be judged. It is the grader's fault and no zero; your instructor grades it again.",
            task.title
        )),
        State::Refused => Some(format!("{}: refused: {}", task.title, reason())),
        State::Graded | State::Missing => None,
    }
}

fn test(task: &Task, asked: &Asked, graded: Option<&Graded>, number: String) -> Test {
    let (kind, output) = outcome(asked, graded);
    let judged = kind != Some(Kind::Infra);
    let passed = kind == Some(Kind::Pass);
    Test {
        name: format!("{}: {}", task.title, plain(&asked.sentence.replace('`', ""))),
        number,
        score: judged.then_some(if passed { asked.points.value() } else { 0.0 }),
        max_score: judged.then_some(asked.points.value()),
        status: judged.then_some(if passed { "passed" } else { "failed" }),
        output,
        output_format: "text",
        visibility: asked.visibility,
        tags: [task.id.clone()].into_iter().chain(kind.map(|kind| kind.name().to_owned())).collect(),
    }
}

/// What came of a criterion, and the words about it. There is no kind where it was not handed in or refused.
fn outcome(asked: &Asked, graded: Option<&Graded>) -> (Option<Kind>, String) {
    let Some(graded) = graded else { return (None, "Not handed in.".into()) };
    match (graded.state(), graded.criterion(&asked.test)) {
        (State::Infra, _) => (Some(Kind::Infra), "This could not be judged; it is the grader's fault.".into()),
        (State::Refused, _) | (_, None) => (None, format!("Refused: {}", plain(&graded.reason().unwrap_or_default()))),
        (_, Some(criterion)) => (Some(criterion.verdict.kind), told(asked, &criterion.verdict, &criterion.output)),
    }
}

fn told(asked: &Asked, verdict: &Verdict, output: &str) -> String {
    if verdict.passed() {
        return String::new();
    }
    let mut text = message::text(&message::findings(asked, verdict));
    let printed = lines(output, MOST_OUTPUT);
    if !printed.is_empty() {
        text += &format!("\n\nprinted:\n{printed}");
    }
    text
}
