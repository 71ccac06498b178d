//! Points, kept in hundredths so that sums are exact.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::fmt;
use std::iter::Sum;
use std::ops::Add;

/// Points from 0 to 10 000, in steps of a hundredth. In JSON a number: `2`, `0.5`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Points {
    hundredths: u64,
}

/// What one criterion may be worth.
const MOST: f64 = 10_000.0;

impl Points {
    /// No points.
    pub const ZERO: Points = Points { hundredths: 0 };
    /// What a criterion is worth unless its task says otherwise.
    pub const ONE: Points = Points { hundredths: 100 };

    /// These points, if they are a number from 0 to 10 000 with two decimals at most.
    pub fn new(points: f64) -> Option<Points> {
        let hundredths = (points * 100.0).round();
        let exact = (hundredths - points * 100.0).abs() < 1e-6;
        ((0.0..=MOST).contains(&points) && exact).then_some(Points { hundredths: hundredths as u64 })
    }

    /// As a number.
    pub fn value(self) -> f64 {
        self.hundredths as f64 / 100.0
    }

    /// As per cent of what was possible; 0 of 0 are 100.
    pub fn percent_of(self, possible: Points) -> f64 {
        if possible == Points::ZERO { 100.0 } else { 100.0 * self.hundredths as f64 / possible.hundredths as f64 }
    }
}

impl Add for Points {
    type Output = Points;

    fn add(self, other: Points) -> Points {
        Points { hundredths: self.hundredths + other.hundredths }
    }
}

impl Sum for Points {
    fn sum<I: Iterator<Item = Points>>(points: I) -> Points {
        points.fold(Points::ZERO, Add::add)
    }
}

impl fmt::Display for Points {
    /// Without decimals that say nothing: `2`, `0.5`, `1.25`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, rest) = (self.hundredths / 100, self.hundredths % 100);
        let text = match rest {
            0 => whole.to_string(),
            tenths if tenths % 10 == 0 => format!("{whole}.{}", tenths / 10),
            _ => format!("{whole}.{rest:02}"),
        };
        f.pad(&text)
    }
}

impl Serialize for Points {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.hundredths.is_multiple_of(100) {
            serializer.serialize_u64(self.hundredths / 100)
        } else {
            serializer.serialize_f64(self.value())
        }
    }
}

impl<'de> Deserialize<'de> for Points {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Points, D::Error> {
        let points = f64::deserialize(deserializer)?;
        // Sums are read, too: they may be more than a criterion is worth.
        let hundredths = (points * 100.0).round();
        if !(0.0..1e15).contains(&hundredths) || (hundredths - points * 100.0).abs() > 1e-3 {
            return Err(de::Error::custom("points are a number from 0 with two decimals at most"));
        }
        Ok(Points { hundredths: hundredths as u64 })
    }
}

#[cfg(test)]
mod tests {
    use super::Points;

    #[test]
    fn points_are_exact_and_read_as_written() {
        let tenth = Points::new(0.1).unwrap();
        let sum: Points = std::iter::repeat_n(tenth, 30).sum();
        assert_eq!(sum, Points::new(3.0).unwrap());
        for (value, text) in [(0.0, "0"), (2.0, "2"), (0.5, "0.5"), (1.25, "1.25"), (1.05, "1.05")] {
            let points = Points::new(value).unwrap();
            assert_eq!(points.to_string(), text);
            assert_eq!(serde_json::to_string(&points).unwrap(), text);
            assert_eq!(serde_json::from_str::<Points>(text).unwrap(), points);
        }
        for wrong in [-1.0, 0.001, f64::NAN, f64::INFINITY, 10_001.0] {
            assert_eq!(Points::new(wrong), None, "{wrong}");
        }
        assert!(serde_json::from_str::<Points>("-1").is_err());
    }
}
