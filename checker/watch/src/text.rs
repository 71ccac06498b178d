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

/// Lines of at most `width` columns: what is longer goes on below.
pub(crate) fn fold(lines: &[Line<'static>], width: usize) -> Vec<Line<'static>> {
    let mut folded = Vec::new();
    for line in lines {
        if line.width() <= width {
            folded.push(line.clone());
            continue;
        }
        let (mut part, mut room) = (Line::default(), width);
        for span in &line.spans {
            for (index, piece) in pieces(&span.content, room, width).into_iter().enumerate() {
                if index > 0 {
                    folded.push(std::mem::take(&mut part));
                    room = width;
                }
                let piece = Span::styled(piece, span.style.patch(Style::new()));
                room = room.saturating_sub(piece.width());
                part.push_span(piece);
            }
        }
        folded.push(part);
    }
    folded
}

/// A text in pieces: the first of at most `room` columns, the others of at most `width`.
fn pieces(text: &str, room: usize, width: usize) -> Vec<String> {
    let (mut pieces, mut piece, mut left) = (Vec::new(), String::new(), room);
    for sign in text.chars() {
        let columns = columns(sign);
        // A sign that is wider than the whole screen stands alone.
        if columns > left && (left < width || !piece.is_empty()) {
            pieces.push(std::mem::take(&mut piece));
            left = width;
        }
        piece.push(sign);
        left = left.saturating_sub(columns);
    }
    pieces.push(piece);
    pieces
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
        assert_eq!(red[0].spans[0].style.fg, red[1].spans[0].style.fg);
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
