//! A learner's report.

use super::{page, sentence};
use crate::clean::lines;
use crate::finish::Page;
use crate::message::{self, Part, Told, counted, short};
use crate::{Graded, Points, State, Task, picture};
use maud::{Markup, PreEscaped, html};

/// What a report shows of an output, and of the compiler's words, in bytes.
const MOST_OUTPUT: usize = 16 * 1024;

/// The learner's report.
pub(crate) fn report(of: &Page<'_>) -> String {
    let name = short(&of.learner.name);
    let possible: Points = of.header.tasks.iter().map(Task::possible).sum();
    let tasks = || of.header.tasks.iter().zip(&of.graded).zip(&of.learner.rows).enumerate();
    let earned = |index: usize| of.learner.rows[index].as_ref().and_then(|row| row.earned);
    let body = html! {
        header {
            h1 { bdi { (name) } }
            @match of.learner.earned() {
                Some(earned) => p.score { strong { (earned) } " of " (possible) " points" },
                None => p.score { "No sum: something could not be judged. It is no zero." },
            }
        }
        @if of.header.tasks.len() > 1 {
            nav aria-label="Tasks" {
                table.tasks {
                    thead { tr { th { "Task" } th { "State" } th.number { "Points" } } }
                    tbody {
                        @for (index, ((task, graded), _)) in tasks() {
                            tr {
                                td { a href={ "#task-" (index + 1) } { (task.title) } " " span.quiet { (task.id) } }
                                td { (state(graded.as_ref())) }
                                td.number { (points(graded.as_ref(), earned(index), task.possible())) }
                            }
                        }
                    }
                }
            }
        }
        @for (index, ((task, graded), _)) in tasks() {
            section id={ "task-" (index + 1) } {
                h2 { (task.title) " " span.quiet { (task.id) } }
                p.score { (points(graded.as_ref(), earned(index), task.possible())) " points" }
                @match graded {
                    Some(graded) => (of_task(of, index, task, graded)),
                    None => p.banner { "Not handed in." },
                }
            }
        }
        footer { p { "Judged with " (of.header.toolchain) ", workbook " (of.header.workbook) "." } }
    };
    page(&format!("Report for {name}"), "report", &body)
}

fn state(graded: Option<&Graded>) -> &'static str {
    graded.map_or(State::Missing, Graded::state).name()
}

fn points(graded: Option<&Graded>, earned: Option<Points>, possible: Points) -> String {
    match (graded, earned) {
        (Some(_), None) => "no".to_owned(),
        (_, earned) => format!("{} of {possible}", earned.unwrap_or(Points::ZERO)),
    }
}

fn of_task(of: &Page<'_>, index: usize, task: &Task, graded: &Graded) -> Markup {
    let told = message::told(&task.criteria, graded, of.reveal);
    let unseen = message::unseen(&task.criteria, of.reveal);
    html! {
        @match graded.state() {
            State::Infra => p.banner.infra { "This could not be judged. It is the grader's fault and no zero." },
            State::Refused => p.banner.refused { "Refused: " bdi { (short(&graded.reason().unwrap_or_default())) } },
            State::Graded | State::Missing => {}
        }
        @if !graded.notes.is_empty() {
            ul.notes { @for note in &graded.notes { li { bdi { (short(note)) } } } }
        }
        @if graded.state() == State::Graded {
            @if !told.is_empty() { (table(index, &told)) }
            @if unseen > 0 {
                p.quiet { (counted(unseen, "criterion")) @if unseen == 1 { " is" } @else { " are" } " not shown." }
            }
            @for (place, broken) in told.iter().enumerate().filter(|(_, told)| !told.verdict.passed()) {
                (finding(index, place, broken, &told))
            }
        }
        (fold("The compiler says", &graded.compiler))
        @if let Some(svg) = graded.lanes.as_deref().and_then(picture::inline) {
            figure {
                (PreEscaped(svg))
                figcaption { "Who worked on what, when, on the virtual clock." }
            }
        }
    }
}

fn table(index: usize, told: &[Told<'_>]) -> Markup {
    html! {
        table.criteria {
            thead { tr { th { "Verdict" } th { "Criterion" } th.number { "Points" } } }
            tbody {
                @for (place, told) in told.iter().enumerate() {
                    tr {
                        td { (word(told)) }
                        td {
                            @if told.verdict.passed() { (sentence(&told.asked.sentence)) }
                            @else { a href={ "#finding-" (index + 1) "-" (place + 1) } { (sentence(&told.asked.sentence)) } }
                        }
                        td.number {
                            (if told.verdict.passed() { told.asked.points } else { Points::ZERO })
                            " of " (told.asked.points)
                        }
                    }
                }
            }
        }
    }
}

fn word(told: &Told<'_>) -> Markup {
    let kind = told.verdict.kind.name();
    html! { span class={ "verdict " (kind) } { (if told.verdict.passed() { "ok" } else { kind }) } }
}

fn finding(index: usize, place: usize, broken: &Told<'_>, all: &[Told<'_>]) -> Markup {
    html! {
        article.finding id={ "finding-" (index + 1) "-" (place + 1) } {
            h3 { (word(broken)) " " span { (sentence(&broken.asked.sentence)) } }
            @match broken.as_above {
                Some(first) => {
                    p { "As above: " a href={ "#finding-" (index + 1) "-" (first + 1) } { (sentence(&all[first].asked.sentence)) } }
                }
                None => (parts(&message::findings(broken.asked, broken.verdict))),
            }
            (fold("Printed", broken.output))
        }
    }
}

/// The message's parts; particulars stand under what was seen.
fn parts(parts: &[Part]) -> Markup {
    html! {
        dl {
            @for (place, part) in parts.iter().enumerate().filter(|(_, part)| !part.label.is_empty()) {
                dt { (part.label) }
                dd {
                    bdi { (part.text) }
                    (particulars(parts[place + 1..].iter().take_while(|part| part.label.is_empty()).collect()))
                }
            }
        }
    }
}

/// A list; a model's steps are a table of their own, whose columns are kept.
fn particulars(of: Vec<&Part>) -> Markup {
    let items: Option<Vec<&str>> = of.iter().map(|part| part.text.strip_prefix("- ")).collect();
    html! {
        @match items {
            _ if of.is_empty() => {}
            Some(items) => ul.particulars { @for item in items { li { bdi { (item) } } } },
            None => pre.particulars dir="ltr" { @for part in of { (part.text) "\n" } },
        }
    }
}

/// Something long in a fold.
fn fold(what: &str, content: &str) -> Markup {
    let content = lines(content, MOST_OUTPUT);
    html! {
        @if !content.is_empty() {
            details { summary { (what) } pre dir="ltr" { (content) } }
        }
    }
}
