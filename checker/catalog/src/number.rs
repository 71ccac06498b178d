//! A task's number within its track: `7`, `s2`, `p1`.

use std::fmt;

/// A task's number. Plain numbers come before those with a letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Number {
    /// `s` for a stretch task, `p` for a project; none for the track's own steps.
    letter: Option<char>,
    value: u32,
}

impl Number {
    /// Reads `7`, `07`, `s2` or `S2`; nothing else.
    pub fn parse(text: &str) -> Option<Number> {
        let (letter, digits) = match text.chars().next()?.to_ascii_lowercase() {
            letter @ ('s' | 'p') => (Some(letter), &text[1..]),
            _ => (None, text),
        };
        let plain = (1..=4).contains(&digits.len()) && digits.bytes().all(|digit| digit.is_ascii_digit());
        plain.then(|| digits.parse().ok()).flatten().map(|value| Number { letter, value })
    }

    /// As folders and packages have it: two digits for plain numbers.
    pub fn padded(self) -> String {
        match self.letter {
            Some(letter) => format!("{letter}{}", self.value),
            None => format!("{:02}", self.value),
        }
    }

    /// How far two numbers of one kind are apart; none for numbers of different kinds.
    pub(crate) fn distance(self, other: Number) -> Option<u32> {
        (self.letter == other.letter).then(|| self.value.abs_diff(other.value))
    }
}

impl fmt::Display for Number {
    /// As ids have it: without leading zeros.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(letter) = self.letter {
            write!(f, "{letter}")?;
        }
        write!(f, "{}", self.value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leading_zeros_and_capitals_do_not_matter() {
        for (text, id) in [("7", "7"), ("07", "7"), ("20", "20"), ("s2", "s2"), ("S2", "s2"), ("p1", "p1")] {
            assert_eq!(Number::parse(text).expect(text).to_string(), id);
        }
        for text in ["", "s", "x1", "-1", "1.5", "1a", "+1", "123456", "ß1"] {
            assert_eq!(Number::parse(text), None, "{text}");
        }
    }

    #[test]
    fn steps_come_before_stretch_tasks() {
        let mut numbers: Vec<_> = ["s1", "10", "2", "s10", "s2"].into_iter().filter_map(Number::parse).collect();
        numbers.sort();
        assert_eq!(numbers.iter().map(ToString::to_string).collect::<Vec<_>>(), ["2", "10", "s1", "s2", "s10"]);
    }
}
