//! What a benchmark hands over: JSON lines, one record each.

use serde::{Deserialize, Serialize};

/// One record.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "lowercase")]
pub enum Record {
    /// The first record: what the figures were measured on.
    Machine {
        /// Threads that run at once.
        cores: usize,
    },
    /// Figures.
    Table(Table),
    /// What the figures mean, in a sentence or two.
    Note {
        /// The sentences.
        text: String,
    },
    /// What the figures should be.
    Expectation {
        /// In a sentence.
        text: String,
        /// Whether they are.
        outcome: Outcome,
    },
}

/// What came of an expectation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// The figures are as expected.
    Met,
    /// They are not.
    Missed,
    /// This machine cannot show it.
    Unknown,
}

impl Outcome {
    /// [`Met`](Outcome::Met) or [`Missed`](Outcome::Missed).
    pub fn of(met: bool) -> Outcome {
        if met { Outcome::Met } else { Outcome::Missed }
    }
}

/// Alternatives, measured in the same rounds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Table {
    /// What was measured.
    pub title: String,
    /// What each alternative gives, at least one.
    pub columns: Vec<Column>,
    /// The alternatives.
    pub rows: Vec<Row>,
    /// How many rounds count.
    pub rounds: usize,
    /// What the ratios are taken against.
    pub baseline: Option<String>,
    /// How to draw it.
    pub plot: Option<Plot>,
}

impl Table {
    /// The ratio of an alternative's first figure to the baseline's.
    pub fn ratio(&self, name: &str) -> Option<Stat> {
        self.rows.iter().find(|row| row.name == name)?.ratio
    }

    /// The row of an alternative at `x`.
    pub fn at(&self, name: &str, x: f64) -> Option<&Row> {
        self.rows.iter().find(|row| row.name == name && row.x == Some(x))
    }
}

/// A figure that every alternative has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    /// Such as `throughput`.
    pub name: String,
    /// Such as `items/s`.
    pub unit: String,
}

/// One alternative, or one point of its series.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// The alternative.
    pub name: String,
    /// Where on the x axis.
    pub x: Option<f64>,
    /// One for each column.
    pub values: Vec<Stat>,
    /// The first figure as a multiple of the baseline's.
    pub ratio: Option<Stat>,
}

/// A figure over the rounds.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Stat {
    /// Half of the rounds gave less.
    pub median: f64,
    /// The least.
    pub least: f64,
    /// The greatest.
    pub greatest: f64,
}

impl Stat {
    /// Of at least one sample.
    ///
    /// # Panics
    ///
    /// Without any.
    pub fn of(samples: &[f64]) -> Stat {
        let mut sorted = samples.to_vec();
        sorted.sort_by(f64::total_cmp);
        let middle = sorted.len() / 2;
        let median = if sorted.len() % 2 == 1 { sorted[middle] } else { (sorted[middle - 1] + sorted[middle]) / 2.0 };
        Stat { median, least: sorted[0], greatest: sorted[sorted.len() - 1] }
    }
}

/// How to draw a table whose rows have an x.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plot {
    /// What x is.
    pub x: String,
    /// How x is laid out.
    pub scale: Scale,
}

/// How an axis is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scale {
    /// Equal differences are equal distances.
    Linear,
    /// Doublings are equal distances.
    Log2,
}

impl Scale {
    /// Where `x` lies on an axis of this scale.
    pub fn place(self, x: f64) -> f64 {
        match self {
            Scale::Linear => x,
            Scale::Log2 => x.log2(),
        }
    }
}
