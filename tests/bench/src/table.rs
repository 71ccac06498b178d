//! Measuring a table.

use crate::{Bench, Column, Plot, Record, Row, Scale, Stat, Table};
use std::fmt;
use std::time::{Duration, Instant};

/// The fewest rounds that count: a median of less says nothing.
const FEWEST: usize = 3;

/// What an alternative returns: one number for each column.
#[derive(Clone, Debug, PartialEq)]
pub struct Values(Vec<f64>);

impl From<f64> for Values {
    fn from(value: f64) -> Values {
        Values(vec![value])
    }
}

impl<const COLUMNS: usize> From<[f64; COLUMNS]> for Values {
    fn from(values: [f64; COLUMNS]) -> Values {
        Values(values.into())
    }
}

/// A table about to be measured.
#[must_use = "nothing is measured before `measure`"]
pub struct Comparison<'a> {
    bench: &'a mut Bench,
    title: String,
    columns: Vec<Column>,
    alternatives: Vec<Alternative<'a>>,
    baseline: Option<Baseline>,
    plot: Option<Plot>,
    rounds: usize,
    warm_up: bool,
    within: Duration,
}

struct Alternative<'a> {
    name: String,
    x: Option<f64>,
    run: Box<dyn FnMut() -> Values + 'a>,
}

enum Baseline {
    /// This alternative, at the same x.
    Name(String),
    /// The same alternative at this x.
    X(f64),
}

impl<'a> Comparison<'a> {
    pub(crate) fn new(bench: &'a mut Bench, title: &str) -> Comparison<'a> {
        let within = Duration::from_secs(if bench.full { 120 } else { 15 });
        let (title, columns, alternatives) = (title.to_owned(), Vec::new(), Vec::new());
        Comparison { bench, title, columns, alternatives, baseline: None, plot: None, rounds: 9, warm_up: true, within }
    }

    /// A figure that every alternative returns, in this order. Ratios are of the first.
    pub fn column(mut self, name: &str, unit: &str) -> Self {
        self.columns.push(Column { name: name.into(), unit: unit.into() });
        self
    }

    /// How many rounds count, at most; 9 without it.
    pub fn rounds(mut self, rounds: usize) -> Self {
        self.rounds = rounds.max(FEWEST);
        self
    }

    /// Counts the first round too: for work that only waits, which no cache makes faster.
    pub fn without_warm_up(mut self) -> Self {
        self.warm_up = false;
        self
    }

    /// No further round is begun that would probably end later than this, once three have been run: 15 s without it,
    /// and 120 s at full size.
    pub fn within(mut self, time: Duration) -> Self {
        self.within = time;
        self
    }

    /// Draws the table over x.
    pub fn over(mut self, x: &str, scale: Scale) -> Self {
        self.plot = Some(Plot { x: x.into(), scale });
        self
    }

    /// Something to measure. Each call does the whole work once and returns a figure for each column; set-up that is
    /// no part of the work stays out of what it times.
    pub fn alternative<V: Into<Values>>(mut self, name: &str, mut run: impl FnMut() -> V + 'a) -> Self {
        let run = Box::new(move || run().into());
        self.alternatives.push(Alternative { name: name.into(), x: None, run });
        self
    }

    /// A point of a series.
    pub fn point<V: Into<Values>>(mut self, series: &str, x: f64, mut run: impl FnMut() -> V + 'a) -> Self {
        let run = Box::new(move || run().into());
        self.alternatives.push(Alternative { name: series.into(), x: Some(x), run });
        self
    }

    /// Takes ratios against this alternative, or against this series at the same x.
    pub fn against(mut self, name: &str) -> Self {
        self.baseline = Some(Baseline::Name(name.into()));
        self
    }

    /// Takes ratios against the same series at this x.
    pub fn against_x(mut self, x: f64) -> Self {
        self.baseline = Some(Baseline::X(x));
        self
    }

    /// Measures, and hands the table over.
    ///
    /// # Panics
    ///
    /// Without a column or an alternative, with a baseline that is no alternative, or if an alternative does not
    /// return a figure for each column.
    pub fn measure(mut self) -> Table {
        assert!(!self.columns.is_empty(), "a table has a column");
        assert!(!self.alternatives.is_empty(), "a table has an alternative");
        let samples = self.samples();
        let rows = self.rows(&samples);
        let baseline = self.baseline.as_ref().map(|baseline| match baseline {
            Baseline::Name(name) => name.clone(),
            Baseline::X(x) => format!("{} = {x}", self.plot.as_ref().map_or("x", |plot| &plot.x)),
        });
        let Comparison { bench, title, columns, plot, .. } = self;
        let table = Table { title, columns, rows, rounds: samples.len(), baseline, plot };
        bench.hand_over(&Record::Table(table.clone()));
        table
    }

    /// Round by round, the values of each alternative.
    fn samples(&mut self) -> Vec<Vec<Vec<f64>>> {
        let began = Instant::now();
        if self.warm_up {
            self.round(false);
        }
        let mut samples = Vec::new();
        while samples.len() < self.rounds {
            let begun = Instant::now();
            let round = self.round(samples.len() % 2 == 1);
            samples.push(round);
            if samples.len() >= FEWEST && began.elapsed() + begun.elapsed() > self.within {
                break;
            }
        }
        samples
    }

    /// Each alternative once: there, or back.
    fn round(&mut self, back: bool) -> Vec<Vec<f64>> {
        let count = self.alternatives.len();
        let mut values = vec![Vec::new(); count];
        for turn in 0..count {
            let index = if back { count - 1 - turn } else { turn };
            let Values(of) = (self.alternatives[index].run)();
            assert_eq!(of.len(), self.columns.len(), "a figure for each column");
            values[index] = of;
        }
        values
    }

    fn rows(&self, samples: &[Vec<Vec<f64>>]) -> Vec<Row> {
        let stat = |figure: &dyn Fn(&[Vec<f64>]) -> f64| {
            Stat::of(&samples.iter().map(|round| figure(round)).collect::<Vec<_>>())
        };
        let row = |index: usize| {
            let alternative = &self.alternatives[index];
            let values = (0..self.columns.len()).map(|column| stat(&|round| round[index][column])).collect();
            let baseline = self.baseline.as_ref().map(|baseline| self.baseline(baseline, alternative));
            let ratio = baseline.map(|baseline| stat(&|round| round[index][0] / round[baseline][0]));
            Row { name: alternative.name.clone(), x: alternative.x, values, ratio }
        };
        (0..self.alternatives.len()).map(row).collect()
    }

    /// The place of what `alternative` is compared with.
    fn baseline(&self, baseline: &Baseline, alternative: &Alternative<'_>) -> usize {
        let is_it = |other: &Alternative<'_>| match baseline {
            Baseline::Name(name) => other.name == *name && other.x == alternative.x,
            Baseline::X(x) => other.name == alternative.name && other.x == Some(*x),
        };
        self.alternatives.iter().position(is_it).expect("the baseline is one of the alternatives")
    }
}

impl fmt::Debug for Comparison<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Comparison").field("title", &self.title).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Outcome;

    #[test]
    fn alternatives_take_turns_and_the_first_round_does_not_count() {
        let order = std::cell::RefCell::new(Vec::new());
        let turn = |name: &'static str| {
            let order = &order;
            move || {
                order.borrow_mut().push(name);
                order.borrow().len() as f64
            }
        };
        let mut bench = Bench::unrecorded();
        let comparison = bench.table("t").column("place", "th").rounds(3);
        let table = comparison.alternative("a", turn("a")).alternative("b", turn("b")).measure();
        assert_eq!(order.borrow().concat(), "ab".repeat(2) + "ba" + "ab");
        assert_eq!(table.rounds, 3);
        assert_eq!(table.rows[0].values, [Stat { median: 6.0, least: 3.0, greatest: 7.0 }]);
        assert_eq!(table.rows[1].values, [Stat { median: 5.0, least: 4.0, greatest: 8.0 }]);

        order.borrow_mut().clear();
        let comparison = bench.table("t").column("place", "th").rounds(3).without_warm_up();
        comparison.alternative("a", turn("a")).alternative("b", turn("b")).measure();
        assert_eq!(order.borrow().concat(), "abbaab");
    }

    #[test]
    fn a_ratio_is_taken_within_its_round() {
        // The machine is ten times as slow in each second round of two calls.
        let calls = std::cell::Cell::new(0);
        let speed = || {
            calls.set(calls.get() + 1);
            if (calls.get() - 1) / 2 % 2 == 0 { 10.0 } else { 1.0 }
        };
        let mut bench = Bench::unrecorded();
        let comparison = bench.table("t").column("throughput", "items/s").rounds(4);
        let table = comparison.alternative("one", speed).alternative("two", || 2.0 * speed()).against("one").measure();
        assert_eq!(table.rows[0].values, [Stat { median: 5.5, least: 1.0, greatest: 10.0 }]);
        assert_eq!(table.ratio("two"), Some(Stat { median: 2.0, least: 2.0, greatest: 2.0 }));
        let table = bench
            .table("t")
            .column("throughput", "items/s")
            .over("N", Scale::Log2)
            .point("s", 1.0, || [3.0])
            .point("s", 2.0, || [6.0])
            .against_x(1.0)
            .measure();
        assert_eq!(table.baseline.as_deref(), Some("N = 1"));
        assert_eq!(table.at("s", 2.0).and_then(|row| row.ratio).map(|ratio| ratio.median), Some(2.0));
    }

    #[test]
    fn no_round_is_begun_that_would_end_too_late() {
        let mut bench = Bench::unrecorded();
        let comparison = bench.table("t").column("time", "s").rounds(1000).within(Duration::ZERO);
        assert_eq!(comparison.alternative("a", || 1.0).measure().rounds, FEWEST);
    }

    #[test]
    fn records_survive_the_way_to_the_checker() {
        let stat = Stat::of(&[2.0, 1.0]);
        assert_eq!(stat.median, 1.5);
        let row = Row { name: "a".into(), x: Some(0.5), values: vec![stat], ratio: None };
        let column = Column { name: "time".into(), unit: "ms".into() };
        let plot = Some(Plot { x: "N".into(), scale: Scale::Log2 });
        let (title, baseline) = ("t".to_owned(), None);
        for record in [
            Record::Machine { cores: 2 },
            Record::Table(Table { title, columns: vec![column], rows: vec![row], rounds: 3, baseline, plot }),
            Record::Note { text: "n".into() },
            Record::Expectation { text: "e".into(), outcome: Outcome::of(false) },
        ] {
            let line = serde_json::to_string(&record).expect("plain data");
            assert_eq!(serde_json::from_str::<Record>(&line).expect("a record"), record);
        }
    }
}
