//! The pages: a report for each learner, and an index for the instructor.
//!
//! A page is one file: no script, nothing from elsewhere, and a policy that would forbid both. All text is escaped by
//! the templates; what is inserted as it is are our style sheet and a [picture](crate::picture) that was checked.

mod index;
mod report;

pub(crate) use index::index;
pub(crate) use report::report;

use maud::{DOCTYPE, Markup, PreEscaped, html};

const STYLE: &str = include_str!("html/style.css");
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

fn page(title: &str, class: &str, body: &Markup) -> String {
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(POLICY);
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="referrer" content="no-referrer";
                meta name="color-scheme" content="light dark";
                title { (title) }
                style { (PreEscaped(STYLE)) }
            }
            body class=(class) { main { (body) } }
        }
    };
    page.into_string() + "\n"
}

/// A sentence of ours, with what stands between backticks as code.
fn sentence(text: &str) -> Markup {
    html! {
        @for (index, part) in crate::clean::plain(text).split('`').enumerate() {
            @if index % 2 == 0 { (part) } @else { code { (part) } }
        }
    }
}
