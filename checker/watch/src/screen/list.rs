//! The criteria, a line each.

use super::{Shown, WORD};
use crate::board::Criterion;
use crate::look::{DIM, Look, word};
use crate::text;
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};
use verdict::Kind;

/// The criteria in at most `room` lines. Where there are more, those that hold are counted, then the last.
pub(super) fn of(criteria: &[Criterion], shown: &Shown<'_>, room: usize, width: usize) -> Vec<Line<'static>> {
    let old = |test: &str| {
        let before = shown.before.into_iter().flat_map(|before| &before.criteria);
        before.clone().find(|criterion| criterion.test == test).and_then(|criterion| criterion.kind)
    };
    let now = |criterion: &Criterion| shown.board.criteria.iter().find(|now| now.test == criterion.test)?.kind;
    let states: Vec<(Option<Kind>, bool)> = criteria
        .iter()
        .map(|criterion| match now(criterion) {
            Some(kind) => (Some(kind), true),
            None if shown.board.phase_is_over() => (None, true),
            None => (old(&criterion.test), false),
        })
        .collect();
    let line = |index: usize| {
        let (kind, fresh) = states[index];
        row(kind.map_or("·", word), kind, fresh, &criteria[index].statement.replace('`', ""), shown.look, width)
    };
    if criteria.len() <= room {
        return (0..criteria.len()).map(line).collect();
    }
    let mut lines = Vec::new();
    let mut index = 0;
    while index < criteria.len() {
        let passing = |fresh| states[index..].iter().take_while(|state| **state == (Some(Kind::Pass), fresh)).count();
        let (alike, fresh) = if passing(true) > 0 { (passing(true), true) } else { (passing(false), false) };
        if alike > 1 {
            lines.push(row("ok", Some(Kind::Pass), fresh, &format!("{alike} criteria hold"), shown.look, width));
            index += alike;
        } else {
            lines.push(line(index));
            index += 1;
        }
        if lines.len() == room && index < criteria.len() {
            // The last line's place is taken by the count.
            let last = if alike > 1 { alike } else { 1 };
            let left = &states[index - last..];
            let failing = left.iter().filter(|state| state.0.is_some_and(|kind| kind != Kind::Pass)).count();
            let text = match failing {
                0 => format!("… and {} more", left.len()),
                1 => format!("… and {} more, of which 1 does not hold", left.len()),
                _ => format!("… and {} more, of which {failing} do not hold", left.len()),
            };
            lines.pop();
            lines.push(row("", None, true, &text, shown.look, width));
            break;
        }
    }
    lines
}

/// `   leak  When the output is dropped, …`
fn row(word: &str, kind: Option<Kind>, fresh: bool, statement: &str, look: Look, width: usize) -> Line<'static> {
    let style = match kind {
        Some(kind) if fresh => look.kind(kind),
        Some(kind) => look.kind(kind).remove_modifier(Modifier::BOLD).add_modifier(Modifier::DIM),
        None => DIM,
    };
    let statement = text::cut(statement, width.saturating_sub(WORD + 2));
    let text = if kind.is_some() && fresh { Style::new() } else { DIM };
    Line::from(vec![Span::styled(format!("{word:>WORD$}"), style), Span::raw("  "), Span::styled(statement, text)])
}
