//! Colours, or none.

use lanes::Part;
use ratatui::style::{Color, Modifier, Style};
use verdict::Kind;

/// How things look on this terminal. Without colours, bold and dim are left.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Look {
    coloured: bool,
}

pub(crate) const BOLD: Style = Style::new().add_modifier(Modifier::BOLD);
pub(crate) const DIM: Style = Style::new().add_modifier(Modifier::DIM);

/// The probes' colours, in turn, as in `checker trace`.
const PROBES: [Color; 4] = [Color::Cyan, Color::Green, Color::Magenta, Color::Blue];

impl Look {
    pub(crate) fn new(coloured: bool) -> Look {
        Look { coloured }
    }

    pub(crate) fn coloured(self, colour: Color) -> Style {
        if self.coloured { Style::new().fg(colour) } else { Style::new() }
    }

    /// As the checker's report colours the word.
    pub(crate) fn kind(self, kind: Kind) -> Style {
        match kind {
            Kind::Pass => self.coloured(Color::Green),
            Kind::Infra => self.coloured(Color::Yellow),
            Kind::Unstarted => self.coloured(Color::Cyan),
            _ => self.coloured(Color::Red).add_modifier(Modifier::BOLD),
        }
    }

    /// A piece of the swim lanes.
    pub(crate) fn part(self, part: Part) -> Style {
        let probe = |probe: usize| self.coloured(PROBES[probe % PROBES.len()]);
        match part {
            Part::Text => Style::new(),
            Part::Line => DIM,
            Part::Bar(of) | Part::Cut(of) | Part::Level(of) => probe(of),
            Part::Item(of) => probe(of).add_modifier(Modifier::REVERSED),
            Part::Excess => self.coloured(Color::Red).add_modifier(Modifier::BOLD),
            Part::Mark | Part::Left => self.coloured(Color::Yellow),
        }
    }
}

/// The word for a verdict, as in the report.
pub(crate) fn word(kind: Kind) -> &'static str {
    if kind == Kind::Pass { "ok" } else { kind.name() }
}
