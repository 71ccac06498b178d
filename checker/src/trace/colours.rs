//! The picture's colours in a terminal.

use crate::style::{DIM, RED, YELLOW};
use anstyle::{AnsiColor, Style};
use lanes::{Part, Piece};
use std::fmt::Write;

/// The probes' and the levels', in turn.
const COLOURS: [AnsiColor; 4] = [AnsiColor::Cyan, AnsiColor::Green, AnsiColor::Magenta, AnsiColor::Blue];

/// The lines, each with its end.
pub(super) fn painted(lines: &[Vec<Piece>]) -> String {
    let mut text = String::new();
    for line in lines {
        for piece in line {
            match style(piece.part) {
                Some(style) => drop(write!(text, "{style}{}{style:#}", piece.text)),
                None => text.push_str(&piece.text),
            }
        }
        text.push('\n');
    }
    text
}

fn style(part: Part) -> Option<Style> {
    let colour = |probe: usize| COLOURS[probe % COLOURS.len()].on_default();
    match part {
        Part::Text => None,
        Part::Line => Some(DIM),
        Part::Bar(probe) | Part::Cut(probe) | Part::Level(probe) => Some(colour(probe)),
        // As if it stood on the bar.
        Part::Item(probe) => Some(colour(probe).invert()),
        Part::Excess => Some(RED),
        Part::Left | Part::Mark => Some(YELLOW),
    }
}
