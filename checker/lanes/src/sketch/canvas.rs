//! A line of the picture, cell by cell, and the pieces that it falls into.

/// What a piece of a line is, for whoever colours it. The figures number the probes, from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Names, figures and words, and the blanks between.
    Text,
    /// Lines that only guide the eye: the axis, the bound.
    Line,
    /// A run of an item.
    Bar(usize),
    /// The item's number, in its bar.
    Item(usize),
    /// A run that was cut short.
    Cut(usize),
    /// A level in a chart below the lanes.
    Level(usize),
    /// What exceeds the bound.
    Excess,
    /// A task that is parked or left behind, until the end.
    Left,
    /// A moment that is pointed out.
    Mark,
}

/// A stretch of a line that is all of one kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// What it is.
    pub part: Part,
    /// How it reads.
    pub text: String,
}

/// A line of fixed width. What lies outside is not drawn.
#[derive(Clone, Debug)]
pub(super) struct Cells(Vec<(char, Part)>);

impl Cells {
    pub(super) fn blank(width: usize) -> Cells {
        Cells(vec![(' ', Part::Text); width])
    }

    pub(super) fn put(&mut self, at: usize, sign: char, part: Part) {
        if let Some(cell) = self.0.get_mut(at) {
            *cell = (sign, part);
        }
    }

    pub(super) fn write(&mut self, at: usize, text: &str, part: Part) {
        text.chars().enumerate().for_each(|(index, sign)| self.put(at + index, sign, part));
    }

    /// Whether nothing stands there. A blank between the words of a piece is something.
    pub(super) fn is_blank(&self, at: usize) -> bool {
        self.0.get(at).is_some_and(|cell| *cell == (' ', Part::Text))
    }

    /// Whether a text could stand there without touching another.
    pub(super) fn has_room(&self, at: usize, width: usize) -> bool {
        (at.saturating_sub(1)..=at + width).all(|at| at >= self.0.len() || self.is_blank(at))
    }

    /// The pieces, without the blanks at the end.
    pub(super) fn pieces(&self) -> Vec<Piece> {
        let used = self.0.iter().rposition(|cell| cell.0 != ' ').map_or(0, |last| last + 1);
        let mut pieces: Vec<Piece> = Vec::new();
        for &(sign, part) in &self.0[..used] {
            match pieces.last_mut() {
                Some(last) if last.part == part => last.text.push(sign),
                _ => pieces.push(Piece { part, text: sign.into() }),
            }
        }
        pieces
    }
}
