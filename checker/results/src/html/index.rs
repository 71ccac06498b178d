//! The index: the class as a grid, for the instructor.

use super::{page, sentence};
use crate::class::{Class, Learner, Row};
use crate::message::{counted, short};
use crate::summary::{self, Failed, Reason};
use crate::{Points, State, Summary, Task};
use maud::{Markup, html};

/// The index.
pub(crate) fn index(class: &Class) -> String {
    let summary = Summary::of(class);
    let body = html! {
        header {
            h1 { "Results" }
            p.score {
                (counted(summary.learners, "learner")) ", " (counted(class.header.tasks.len(), "task"))
                @if let Some(median) = summary.median { "; median " strong { (format!("{median:.1}")) " %" } }
            }
        }
        @if summary.weak_sandbox {
            p.banner.infra { "The sandbox lacked something, and grading was allowed nevertheless." }
        }
        (reasons("Could not be judged", "The grader's fault: no grade, and no zero.", &summary.infra))
        (reasons("Refused", "Not even tried, and worth nothing.", &summary.refused))
        section {
            h2 { "The class" }
            (grid(class))
            p.quiet { "Each grade leads to the learner's report. " span.key.full { "all" } " " span.key.part { "some" } " "
                span.key.none { "none" } " " span.key.refused { "refused" } " " span.key.infra { "infra" } " "
                span.key.missing { "missing" } }
        }
        section {
            h2 { "What failed" }
            @for (index, task) in class.header.tasks.iter().enumerate() {
                (failures(task, &summary::failures(class, index)))
            }
        }
        section {
            h2 { "Judged with" }
            (header(class))
        }
    };
    page("Results", "index", &body)
}

fn reasons(title: &str, words: &str, reasons: &[Reason]) -> Markup {
    html! {
        @if !reasons.is_empty() {
            section.reasons {
                h2 { (title) " " span.quiet { (reasons.len()) } }
                p.quiet { (words) }
                ul { @for reason in reasons {
                    li { bdi { (short(&reason.learner)) } ", " (reason.task) ": " bdi { (reason.reason) } }
                } }
            }
        }
    }
}

fn grid(class: &Class) -> Markup {
    let possible = class.possible();
    html! {
        div.scroll tabindex="0" role="region" aria-label="The class" {
            table.grid {
                thead {
                    tr {
                        th scope="col" { "Learner" }
                        @for task in &class.header.tasks { th scope="col" title=(task.title) { (task.id) } }
                        th scope="col" { "Sum" }
                    }
                }
                tbody { @for learner in &class.learners { (learner_row(class, learner, possible)) } }
            }
        }
    }
}

fn learner_row(class: &Class, learner: &Learner, possible: Points) -> Markup {
    let report = format!("reports/{}.html", learner.file);
    html! {
        tr {
            th scope="row" title=(short(&learner.name)) { a href=(report) { bdi { (short(&learner.name)) } } }
            @for (index, (task, row)) in class.header.tasks.iter().zip(&learner.rows).enumerate() {
                td class=(tone(row.as_ref(), task)) {
                    a href={ (report) "#task-" (index + 1) } { (cell(row.as_ref(), task)) }
                }
            }
            td.sum { @match learner.earned() { Some(earned) => { (earned) " of " (possible) }, None => "no sum" } }
        }
    }
}

fn tone(row: Option<&Row>, task: &Task) -> &'static str {
    match row {
        None => "missing",
        Some(row) if row.state != State::Graded => row.state.name(),
        Some(row) if row.earned == Some(task.possible()) => "full",
        Some(row) if row.earned == Some(Points::ZERO) => "none",
        Some(_) => "part",
    }
}

fn cell(row: Option<&Row>, task: &Task) -> String {
    match row {
        None => "missing".into(),
        Some(row) if row.state != State::Graded => row.state.name().into(),
        Some(row) => format!("{} of {}", row.earned.unwrap_or(Points::ZERO), task.possible()),
    }
}

fn failures(task: &Task, failures: &[Failed]) -> Markup {
    html! {
        h3 { (task.title) " " span.quiet { (task.id) } }
        table.failures {
            thead { tr { th { "Criterion" } th.number { "Failed" } } }
            tbody {
                @for failed in failures {
                    tr {
                        td { (sentence(&failed.sentence)) }
                        td.number {
                            (failed.failed) " of " (failed.judged)
                            (bar(failed))
                        }
                    }
                }
            }
        }
    }
}

/// How many of those who were judged failed.
fn bar(failed: &Failed) -> Markup {
    html! {
        svg.bar viewBox={ "0 0 " (failed.judged.max(1)) " 1" } preserveAspectRatio="none" aria-hidden="true" {
            rect width=(failed.failed) height="1" {}
        }
    }
}

fn header(class: &Class) -> Markup {
    let header = &class.header;
    html! {
        dl {
            dt { "toolchain" } dd { (header.toolchain) }
            dt { "workbook" } dd { (header.workbook) }
            dt { "checker" } dd { code { (header.checker) } }
            dt { "seed" } dd { (header.seed) }
            @for (name, limit) in &header.limits { dt { (name) } dd { (limit) } }
            @for ability in &header.sandbox { dt { (ability.name) } dd { (ability.state) } }
            dt { "journal" } dd { code { (class.head) } }
        }
    }
}
