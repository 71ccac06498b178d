//! Text with colours in it, cut and folded to a width.

use ansi_to_tui::IntoText;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

/// Lines of what a program printed, with the colours that it chose.
pub(crate) fn lines(printed: &str) -> Vec<Line<'static>> {
    let printed = printed.replace('\t', "    ").replace('\r', "");
    match printed.into_text() {
        Ok(text) => text.lines,
        Err(_) => printed.lines().map(|line| Line::raw(line.to_owned())).collect(),
    }
}

/// Lines of at most `width` columns: what is longer goes on below, from a blank on where there is one, and as far to
/// the right as the line began.
pub(crate) fn fold(lines: &[Line<'static>], width: usize) -> Vec<Line<'static>> {
    let mut folded = Vec::new();
    for line in lines {
        if line.width() <= width {
            folded.push(line.clone());
        } else {
            let signs: Vec<(char, Style)> =
                line.spans.iter().flat_map(|span| span.content.chars().map(|sign| (sign, span.style))).collect();
            fold_one(&signs, width.max(1), &mut folded);
        }
    }
    folded
}

fn fold_one(signs: &[(char, Style)], width: usize, folded: &mut Vec<Line<'static>>) {
    let indent = signs.iter().take_while(|(sign, _)| *sign == ' ').count().min(width / 3);
    let (mut rest, mut room) = (signs, width);
    let mut before = 0;
    while !rest.is_empty() {
        let end = fitting(rest, room);
        folded.push(joined(before, &rest[..end]));
        rest = &rest[end..];
        let blanks = rest.iter().take_while(|(sign, _)| *sign == ' ').count();
        rest = &rest[blanks..];
        (before, room) = (indent, width - indent);
    }
}

/// How many of the signs stand in a line of `room` columns; at least one.
fn fitting(signs: &[(char, Style)], room: usize) -> usize {
    let mut used = 0;
    let fits = signs.iter().take_while(|(sign, _)| {
        used += columns(*sign);
        used <= room
    });
    let whole = fits.count().max(1);
    if whole >= signs.len() || signs[whole].0 == ' ' {
        return whole;
    }
    let text = signs.iter().take_while(|(sign, _)| *sign == ' ').count();
    let blank = signs[..whole].iter().rposition(|(sign, _)| *sign == ' ').filter(|blank| *blank > text);
    blank.map_or(whole, |blank| blank + 1)
}

/// A line that begins with so many blanks.
fn joined(blanks: usize, signs: &[(char, Style)]) -> Line<'static> {
    let mut line = Line::raw(" ".repeat(blanks));
    for same in signs.chunk_by(|one, other| one.1 == other.1) {
        line.push_span(Span::styled(same.iter().map(|(sign, _)| *sign).collect::<String>(), same[0].1));
    }
    line
}

fn columns(sign: char) -> usize {
    Span::raw(sign.encode_utf8(&mut [0; 4]).to_owned()).width()
}

/// The first `width` columns; `…` stands for the rest.
pub(crate) fn cut(text: &str, width: usize) -> String {
    let whole: usize = text.chars().map(columns).sum();
    if whole <= width {
        return text.to_owned();
    }
    let (mut kept, mut room) = (String::new(), width.saturating_sub(1));
    for sign in text.chars() {
        match room.checked_sub(columns(sign)) {
            Some(left) => room = left,
            None => break,
        }
        kept.push(sign);
    }
    if width > 0 {
        kept.push('…');
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::{cut, fold, lines};

    fn folded(text: &str, width: usize) -> Vec<String> {
        fold(&lines(text), width).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn long_lines_go_on_below_with_their_colours() {
        assert_eq!(folded("abcdef", 4), ["abcd", "ef"]);
        assert_eq!(folded("\u{1b}[31mabc\u{1b}[0mdef", 4), ["abcd", "ef"]);
        let red = fold(&lines("\u{1b}[31mabcdef\u{1b}[0m"), 4);
        let last = |line: usize| red[line].spans.last().map(|span| span.style.fg);
        assert_eq!(last(0), last(1));
        assert_eq!(folded("  some words here", 8), ["  some ", "  words ", "  here"]);
        assert_eq!(folded("short\n\nlines", 80), ["short", "", "lines"]);
    }

    #[test]
    fn no_width_is_too_small() {
        assert_eq!(folded("日本語", 3), ["日", "本", "語"]);
        assert_eq!(folded("日本", 1), ["日", "本"]);
        for width in 0..9 {
            assert!(!folded("\u{1b}[1ma — 日本語\u{1b}[0m é", width).is_empty());
            assert!(cut("a — 日本語", width).chars().count() <= width);
        }
    }
}
