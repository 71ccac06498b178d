//! Text that others wrote, made harmless: nothing that a terminal, a browser or a parser would obey.

/// One line, without what a terminal would obey. Control characters become spaces; what turns the direction of
/// writing, or is no character at all, becomes `�`.
pub(crate) fn plain(text: &str) -> String {
    if text.bytes().all(harmless) {
        return text.to_owned();
    }
    let text = anstream::adapter::strip_str(text).to_string();
    text.chars().map(|c| if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') { ' ' } else { shown(c) }).collect()
}

/// Lines, without what a terminal would obey, and at most `most` bytes of them: the middle is cut out.
pub(crate) fn lines(text: &str, most: usize) -> String {
    if text.bytes().all(|byte| harmless(byte) || matches!(byte, b'\n' | b'\t')) {
        return cut_middle(text.trim_end(), most);
    }
    let text = anstream::adapter::strip_str(text).to_string().replace("\r\n", "\n");
    let clean: String = text
        .chars()
        .map(|c| match c {
            '\n' | '\t' => c,
            '\r' => '\n',
            '\u{2028}' | '\u{2029}' => '\n',
            c if c.is_control() => '�',
            c => shown(c),
        })
        .collect();
    cut_middle(clean.trim_end(), most)
}

/// Most text is nothing but this, and is not worth a closer look.
fn harmless(byte: u8) -> bool {
    matches!(byte, b' '..=b'~')
}

fn shown(c: char) -> char {
    let turns = matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let none = (u32::from(c) & 0xfffe) == 0xfffe || ('\u{fdd0}'..='\u{fdef}').contains(&c);
    if turns || none { '�' } else { c }
}

/// The first `most` characters.
pub(crate) fn cut(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// At most about `most` bytes: the first and the last half, and between them how much is cut.
pub(crate) fn cut_middle(text: &str, most: usize) -> String {
    if text.len() <= most {
        return text.to_owned();
    }
    let head = &text[..text.floor_char_boundary(most / 2)];
    let tail = &text[text.ceil_char_boundary(text.len() - most / 2)..];
    format!("{head}\n… {} bytes are cut …\n{tail}", text.len() - head.len() - tail.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_left_to_obey() {
        assert_eq!(plain("\u{1b}[31mred\u{1b}[0m\r\nnext\u{7f}\u{9b}31m"), "red  next 31m");
        assert_eq!(plain("a\u{202e}b\u{feff}\u{ffff}\u{2028}c"), "a�b\u{feff}� c");
        assert_eq!(lines("\u{1b}]0;title\u{7}a\r\nb\rc\u{9b}\n\n", 100), "a\nb\nc�");
    }

    #[test]
    fn the_middle_is_cut_between_characters() {
        let text = "ü".repeat(1000);
        let cut = cut_middle(&text, 101);
        assert!(cut.len() < 150, "{cut}");
        assert!(cut.starts_with("üü") && cut.ends_with("üü") && cut.contains("bytes are cut"), "{cut}");
        assert_eq!(cut_middle("short", 5), "short");
    }
}
