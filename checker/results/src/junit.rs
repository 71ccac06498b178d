//! JUnit XML, as Jenkins and most services read it: a file for each learner, a suite for each task, a case for each
//! criterion. A file for each keeps memory flat, and services take `junit/*.xml`.

use crate::clean::{lines, plain};
use crate::finish::Page;
use crate::{Asked, Error, Graded, State, Task, message};
use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};
use std::time::Duration;

/// What a case keeps of a test's output, in bytes.
const MOST_OUTPUT: usize = 16 * 1024;

/// The learner's document.
pub(crate) fn document(page: &Page<'_>) -> Result<String, Error> {
    let learner = plain(&page.learner.name);
    let mut report = Report::new(learner.clone());
    for ((task, graded), took) in page.header.tasks.iter().zip(&page.graded).zip(&page.took) {
        let mut suite = TestSuite::new(format!("{learner} / {}", task.id));
        if let Some(took) = took {
            suite.set_time(Duration::from_millis(*took));
        }
        suite.add_test_cases(task.criteria.iter().map(|asked| case(task, asked, graded.as_ref())));
        report.add_test_suite(suite);
    }
    let text = report.to_string();
    text.map(|text| as_jenkins_reads_it(&text))
        .map_err(|error| Error::Format { file: format!("junit/{}.xml", page.learner.file), what: error.to_string() })
}

fn case(task: &Task, asked: &Asked, graded: Option<&Graded>) -> TestCase {
    let criterion = graded.and_then(|graded| graded.criterion(&asked.test));
    let mut case = TestCase::new(asked.test.clone(), status(asked, graded));
    case.set_classname(task.id.replace('/', "."));
    let printed = criterion.map(|criterion| lines(&criterion.output, MOST_OUTPUT)).unwrap_or_default();
    if !printed.is_empty() {
        case.set_system_out(printed);
    }
    case
}

fn status(asked: &Asked, graded: Option<&Graded>) -> TestCaseStatus {
    let Some(graded) = graded else { return said(TestCaseStatus::skipped(), "missing", "not handed in") };
    let reason = || plain(&graded.reason().unwrap_or_default());
    match (graded.state(), graded.verdict(&asked.test)) {
        (State::Infra, _) => said(TestCaseStatus::non_success(NonSuccessKind::Error), "infra", &reason()),
        (_, Some(verdict)) if verdict.passed() => TestCaseStatus::success(),
        (_, Some(verdict)) => {
            let failure = TestCaseStatus::non_success(NonSuccessKind::Failure);
            let mut status = said(failure, verdict.kind.name(), &plain(&verdict.seen));
            status.set_description(message::text(&message::parts(asked, verdict)));
            status
        }
        (_, None) => said(TestCaseStatus::non_success(NonSuccessKind::Failure), "refused", &reason()),
    }
}

fn said(mut status: TestCaseStatus, kind: &str, message: &str) -> TestCaseStatus {
    status.set_type(kind).set_message(message);
    status
}

/// Jenkins's schema (junit-10) knows no `skipped` on the root. Its line is the second: nothing in it can hold a quote
/// that is not an attribute's.
fn as_jenkins_reads_it(text: &str) -> String {
    let mut lines = text.split_inclusive('\n');
    let head: String = lines.by_ref().take(1).collect();
    let root = lines.next().unwrap_or_default();
    let root = match root.split_once(" skipped=\"") {
        Some((before, rest)) => format!("{before}{}", rest.split_once('"').map_or("", |(_, after)| after)),
        None => root.to_owned(),
    };
    head + &root + &lines.collect::<String>()
}

#[cfg(test)]
mod tests {
    use super::as_jenkins_reads_it;
    use quick_junit::{Report, TestCase, TestCaseStatus, TestSuite};

    #[test]
    fn nothing_but_the_roots_attribute_is_taken_out() {
        let name = "a skipped=\"9\" b";
        let mut suite = TestSuite::new(name);
        suite.add_test_case(TestCase::new(name, TestCaseStatus::skipped()));
        let mut report = Report::new(name);
        report.add_test_suite(suite);
        let text = as_jenkins_reads_it(&report.to_string().unwrap());
        let document = roxmltree::Document::parse(&text).unwrap();
        let root = document.root_element();
        assert_eq!((root.attribute("name"), root.attribute("skipped")), (Some(name), None));
        let suite = root.first_element_child().unwrap();
        assert_eq!((suite.attribute("name"), suite.attribute("skipped")), (Some(name), Some("1")));
    }
}
