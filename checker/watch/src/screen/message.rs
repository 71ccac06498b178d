//! What there is to say about a run, below the criteria.

use super::WORD;
use crate::board::{Board, Failure, Phase};
use crate::look::{DIM, Look};
use crate::text;
use ratatui::style::Color;
use ratatui::text::{Line, Span};
use verdict::Kind;

/// The swim lanes are at most so wide and so high.
const SKETCH: (usize, usize) = (110, 16);

/// What there is to say about a run, in full: why there is no verdict, the compiler's words, the first failure with
/// its swim lanes, or what comes after a pass.
pub(super) fn of(board: &Board, look: Look, width: usize) -> Vec<Line<'static>> {
    if board.phase == Phase::NoVerdict {
        return text::lines(&board.fault);
    }
    let mut lines = Vec::new();
    let compiled =
        board.failure.as_ref().is_none_or(|failure| !matches!(failure.verdict.kind, Kind::Build | Kind::Rule));
    if !compiled {
        lines.extend(compiler(board));
    }
    if let Some(failure) = &board.failure {
        lines.extend(text::lines(&failure.rendered));
        lines.extend(sketch(failure, look, width));
    } else if board.passed() {
        lines.extend(passed(look));
    }
    if compiled {
        lines.extend(compiler(board));
    }
    lines
}

fn compiler(board: &Board) -> Vec<Line<'static>> {
    match board.compiler.trim_end() {
        "" => Vec::new(),
        said => [Line::default()].into_iter().chain(text::lines(said)).chain([Line::default()]).collect(),
    }
}

fn sketch(failure: &Failure, look: Look, width: usize) -> Vec<Line<'static>> {
    if failure.verdict.spans.is_empty() {
        return Vec::new();
    }
    let options = lanes::Options::of(&failure.verdict);
    let pieces = lanes::pieces(&failure.verdict.spans, &options, width.min(SKETCH.0), SKETCH.1);
    let line = |pieces: Vec<lanes::Piece>| -> Line<'static> {
        pieces.into_iter().map(|piece| Span::styled(piece.text, look.part(piece.part))).collect()
    };
    let head = Line::styled("What this test saw of your work:", DIM);
    [Line::default(), head].into_iter().chain(pieces.into_iter().map(line)).collect()
}

fn passed(look: Look) -> Vec<Line<'static>> {
    let key = |sign: &str, what: &str| {
        Line::from(vec![
            Span::raw(" ".repeat(WORD + 2)),
            Span::styled(sign.to_owned(), look.coloured(Color::Cyan)),
            Span::raw(format!("  {what}")),
        ])
    };
    vec![
        Line::styled(format!("{:WORD$}  Every criterion holds.", ""), look.kind(Kind::Pass)),
        Line::default(),
        key("d", "your code beside the reference solution's"),
        key("t", "what your pipeline did, drawn"),
        key("n", "the next task that you have not passed"),
    ]
}
