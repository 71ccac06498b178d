//! Which bar stands in which row.

use crate::flight;
use verdict::{Left, Span};

/// The rows of a picture, from above.
pub(super) struct Rows<'a> {
    pub(super) rows: Vec<Row<'a>>,
    /// The probes' names, in their order of appearance.
    pub(super) probes: Vec<&'a str>,
    /// Rows that are too many to draw.
    pub(super) hidden: usize,
}

/// A row of bars.
pub(super) struct Row<'a> {
    pub(super) label: String,
    /// Which probe saw them.
    pub(super) probe: usize,
    /// Its bars, by start.
    pub(super) spans: Vec<&'a Span>,
    /// Its upper edge, from the first row's.
    pub(super) y: f64,
    /// Whose row it is: the task's first, if it is one task's.
    task: Option<usize>,
    /// Where that task was left at the end.
    pub(super) left: Option<&'a Left>,
    /// How many tasks it stands for that were left in the same place and have no row of their own.
    others: usize,
}

impl<'a> Row<'a> {
    pub(super) fn new(label: String, probe: usize, spans: Vec<&'a Span>) -> Row<'a> {
        Row { label, probe, spans, y: 0.0, task: None, left: None, others: 0 }
    }

    /// Since when its task was left, if it was: not before its last run ended.
    pub(super) fn left_since(&self) -> Option<u64> {
        let ended = self.spans.iter().map(|span| span.end).max().unwrap_or(0);
        self.left.map(|left| left.since.max(ended))
    }
}

/// More tasks than this, and rows stand for no task, but for room: each bar takes the first that is free.
const MOST_TASKS: usize = 24;
/// More rows than this are not drawn.
const MOST_ROWS: usize = 32;
/// What a row is called where there is one probe alone.
const TASK: &str = "task";
/// A bar's height, and the row's.
pub(super) const BAR: f64 = 17.0;
const PITCH: f64 = 21.0;
/// Between two probes' rows.
const GAP: f64 = 7.0;

impl<'a> Rows<'a> {
    /// Lays out the spans that are to be seen between two moments.
    pub(super) fn of(spans: &'a [Span], left: &'a [Left], from: u64, to: u64) -> Rows<'a> {
        let probes = flight::probes(spans);
        let mut rows: Vec<Row<'_>> = Vec::new();
        for (probe, name) in probes.iter().enumerate() {
            let mut seen: Vec<_> = spans.iter().filter(|span| span.probe == *name && visible(span, from, to)).collect();
            seen.sort_by_key(|span| (span.start, span.lane, span.item));
            rows.extend(by_task(&seen, spans, left, probe, if probes.len() == 1 { TASK } else { name }));
        }
        let mut others: Vec<Row<'_>> = Vec::new();
        for left in left {
            match rows.iter_mut().find(|row| row.task.is_some_and(|task| left.lanes.contains(&task))) {
                Some(row) => row.left = Some(left),
                None => other(&mut others, left, probes.len()),
            }
        }
        others.iter_mut().for_each(|row| row.label = tasks(row.others));
        // They are what the picture is about: they take the place of others.
        let all = rows.len() + others.len();
        others.truncate(MOST_ROWS / 2);
        rows.truncate(MOST_ROWS - others.len());
        rows.append(&mut others);
        let hidden = all - rows.len();
        let mut y = 0.0;
        for row in 0..rows.len() {
            if row > 0 {
                y += PITCH + if rows[row].probe == rows[row - 1].probe { 0.0 } else { GAP };
            }
            rows[row].y = y;
        }
        Rows { rows, probes, hidden }
    }

    /// From the first row's upper edge to the last one's lower edge.
    pub(super) fn height(&self) -> f64 {
        self.rows.last().map_or(0.0, |row| row.y + BAR)
    }
}

fn visible(span: &Span, from: u64, to: u64) -> bool {
    span.start < to && (span.end > from || span.start >= from)
}

/// A row for each task that worked in the window, numbered among all that worked for the probe. A task that drives
/// several runs at once has as many rows.
fn by_task<'a>(seen: &[&'a Span], all: &[Span], left: &[Left], probe: usize, name: &str) -> Vec<Row<'a>> {
    let known = lanes(all.iter().filter(|span| seen.first().is_some_and(|seen| seen.probe == span.probe)));
    let mut tasks = lanes(seen.iter().copied());
    // One that was left is shown, whenever it last worked.
    tasks.extend(left.iter().filter_map(|left| left.lanes.iter().find(|lane| known.contains(lane))));
    tasks.sort_unstable();
    tasks.dedup();
    if tasks.len() > MOST_TASKS {
        let label = if name == TASK { "tasks" } else { name };
        return by_room(seen.iter().copied(), probe, label);
    }
    let rows = |task| {
        let label = format!("{name} {}", known.partition_point(|known| *known < task) + 1);
        let mut rows = by_room(seen.iter().copied().filter(|span| span.lane == task), probe, &label);
        if rows.is_empty() {
            rows.push(Row::new(label, probe, Vec::new()));
        }
        rows[0].task = Some(task);
        rows
    };
    tasks.into_iter().flat_map(rows).collect()
}

/// A task that was left and has no row: those in the same place share one.
fn other<'a>(others: &mut Vec<Row<'a>>, left: &'a Left, probe: usize) {
    let known = others.iter_mut().find(|row| row.left.is_some_and(|known| known.waits == left.waits));
    match known {
        Some(row) => {
            row.others += 1;
            row.left = row.left.into_iter().chain([left]).min_by_key(|left| left.since);
        }
        None => {
            let mut row = Row::new(String::new(), probe, Vec::new());
            (row.left, row.others) = (Some(left), 1);
            others.push(row);
        }
    }
}

fn tasks(count: usize) -> String {
    if count == 1 { "a task".into() } else { format!("{count} tasks") }
}

fn lanes<'a>(spans: impl Iterator<Item = &'a Span>) -> Vec<usize> {
    let mut lanes: Vec<_> = spans.map(|span| span.lane).collect();
    lanes.sort_unstable();
    lanes.dedup();
    lanes
}

/// Rows in which no two bars overlap; the first has the label.
fn by_room<'a>(spans: impl Iterator<Item = &'a Span>, probe: usize, label: &str) -> Vec<Row<'a>> {
    let mut rows: Vec<Row<'a>> = Vec::new();
    for span in spans {
        let free = rows.iter().position(|row| row.spans.last().is_none_or(|last| last.end <= span.start));
        match free {
            Some(row) => rows[row].spans.push(span),
            None => {
                let label = if rows.is_empty() { label.to_owned() } else { String::new() };
                rows.push(Row::new(label, probe, vec![span]));
            }
        }
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(probe: &str, lane: usize, item: u64, start: u64, end: u64) -> Span {
        Span { probe: probe.into(), item, lane, start, end, finished: true }
    }

    fn labels(rows: &Rows<'_>) -> Vec<(String, Vec<u64>)> {
        rows.rows.iter().map(|row| (row.label.clone(), row.spans.iter().map(|span| span.item).collect())).collect()
    }

    #[test]
    fn a_row_for_each_task_that_works_in_the_window() {
        let spans = [
            span("work", 0, 1, 0, 10),
            span("work", 1, 2, 5, 20),
            span("work", 0, 3, 10, 10),
            span("work", 2, 4, 30, 40),
        ];
        let rows = Rows::of(&spans, &[], 0, 30);
        assert_eq!(labels(&rows), [("task 1".into(), vec![1, 3]), ("task 2".into(), vec![2])]);
        assert_eq!(labels(&Rows::of(&spans, &[], 20, 50)), [("task 3".into(), vec![4])]);
    }

    #[test]
    fn each_probe_counts_its_own_tasks() {
        let spans = [span("fetch", 0, 1, 0, 10), span("fetch", 1, 2, 0, 10), span("parse", 5, 1, 10, 20)];
        let rows = Rows::of(&spans, &[], 0, 20);
        assert_eq!(rows.probes, ["fetch", "parse"]);
        assert_eq!(
            labels(&rows),
            [("fetch 1".into(), vec![1]), ("fetch 2".into(), vec![2]), ("parse 1".into(), vec![1])]
        );
        assert_eq!(rows.rows[2].y - rows.rows[1].y, PITCH + GAP);
    }

    #[test]
    fn a_task_that_drives_several_items_has_as_many_rows() {
        let spans = [
            span("work", 0, 1, 0, 10),
            span("work", 0, 2, 0, 10),
            span("work", 1, 3, 5, 10),
            span("work", 0, 4, 10, 20),
        ];
        let rows = Rows::of(&spans, &[], 0, 20);
        assert_eq!(
            labels(&rows),
            [("task 1".into(), vec![1, 4]), (String::new(), vec![2]), ("task 2".into(), vec![3])]
        );
    }

    #[test]
    fn a_task_for_each_item_shares_rows() {
        let spans: Vec<_> =
            (0..100).map(|n| span("work", n, n as u64, 10 * (n as u64 / 4), 10 * (n as u64 / 4) + 10)).collect();
        let rows = Rows::of(&spans, &[], 0, 1000);
        assert_eq!(rows.rows.len(), 4);
        assert_eq!(rows.rows[0].label, "tasks");
        assert!(rows.rows.iter().all(|row| row.spans.len() == 25));
    }

    #[test]
    fn too_many_rows_are_counted() {
        let spans: Vec<_> = (0..1000).map(|n| span("work", n, n as u64, 0, 10)).collect();
        let rows = Rows::of(&spans, &[], 0, 10);
        assert_eq!((rows.rows.len(), rows.hidden), (MOST_ROWS, 1000 - MOST_ROWS));
    }
}
