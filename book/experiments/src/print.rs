//! Tables in plain text.

use measure::{Stat, Table};
use std::io::{self, Write};

/// Prints a table: the first column to the left, all others to the right.
pub(crate) fn table(out: &mut dyn Write, head: &[&str], rows: &[Vec<String>]) -> io::Result<()> {
    let width = |column: usize| {
        let cells = rows.iter().map(|row| row[column].chars().count());
        cells.chain([head[column].chars().count()]).max().unwrap_or(0)
    };
    let widths: Vec<_> = (0..head.len()).map(width).collect();
    let mut line = |cells: &[&str]| {
        let mut text = String::new();
        for (column, (cell, width)) in cells.iter().zip(&widths).enumerate() {
            if column == 0 {
                text.push_str(&format!("{cell:<width$}"));
            } else {
                text.push_str(&format!("  {cell:>width$}"));
            }
        }
        writeln!(out, "{}", text.trim_end())
    };
    line(head)?;
    rows.iter().try_for_each(|row| line(&row.iter().map(String::as_str).collect::<Vec<_>>()))
}

/// Prints what was measured: medians, and the least and the greatest beside each ratio.
pub(crate) fn measured(out: &mut dyn Write, table: &Table) -> io::Result<()> {
    writeln!(out, "{}; the median of {} rounds", table.title, table.rounds)?;
    let mut head = vec![String::new()];
    head.extend(table.columns.iter().map(|column| column.unit.clone()));
    head.extend(table.baseline.iter().map(|name| format!("to {name}")));
    let rows: Vec<Vec<String>> = table
        .rows
        .iter()
        .map(|row| {
            let name = match row.x {
                None => row.name.clone(),
                Some(x) => format!("{} {}", row.name, figure(x)),
            };
            let values = row.values.iter().map(|stat| figure(stat.median));
            [name].into_iter().chain(values).chain(row.ratio.map(ratio)).collect()
        })
        .collect();
    self::table(out, &head.iter().map(String::as_str).collect::<Vec<_>>(), &rows)
}

fn ratio(Stat { median, least, greatest }: Stat) -> String {
    format!("{} ({}–{})", figure(median), figure(least), figure(greatest))
}

/// Three significant digits, or all before the point; a dash for what could not be measured.
pub(crate) fn figure(value: f64) -> String {
    if value.is_nan() {
        return "–".into();
    }
    let digits = match value.abs() {
        size if value.fract() == 0.0 || size >= 100.0 => 0,
        size if size < 1.0 => 3,
        size if size < 10.0 => 2,
        _ => 1,
    };
    let text = format!("{value:.digits$}");
    match text.split_once('.') {
        Some((whole, rest)) => format!("{}.{rest}", thousands(whole)),
        None => thousands(text),
    }
}

/// Groups of three, with a space between them.
pub(crate) fn thousands(digits: impl ToString) -> String {
    let digits = digits.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) && !text.ends_with('-') {
            text.push(' ');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_have_three_digits() {
        for (value, text) in [
            (f64::NAN, "–"),
            (0.0, "0"),
            (1.0, "1"),
            (0.1234, "0.123"),
            (1.005, "1.00"),
            (12.345, "12.3"),
            (1234.5, "1 234"),
            (1_234_567.0, "1 234 567"),
        ] {
            assert_eq!(figure(value), text);
        }
        assert_eq!(thousands(-123_456), "-123 456");
    }

    #[test]
    fn columns_are_in_line() {
        let mut out = Vec::new();
        table(&mut out, &["", "ms"], &[vec!["a".into(), "1".into()], vec!["bcd".into(), "100".into()]])
            .expect("memory");
        assert_eq!(String::from_utf8(out).expect("a text"), "      ms\na      1\nbcd  100\n");
    }
}
