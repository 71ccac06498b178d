//! What of a text is not as it was.

/// So many lines of each text are shown.
const MOST: usize = 6;

/// The lines from the first to the last that differ, as a person reads a diff.
pub(crate) fn lines(old: &str, new: &str) -> String {
    let (old, new): (Vec<&str>, Vec<&str>) = (old.lines().collect(), new.lines().collect());
    let same = |pairs: &mut dyn Iterator<Item = (&&str, &&str)>| pairs.take_while(|(a, b)| a == b).count();
    let before = same(&mut old.iter().zip(&new));
    let after = same(&mut old[before..].iter().rev().zip(new[before..].iter().rev()));
    let mut text = String::new();
    for (mark, lines) in [('-', &old[before..old.len() - after]), ('+', &new[before..new.len() - after])] {
        for line in lines.iter().take(MOST) {
            text.push_str(&format!("      {mark} {}\n", line.trim_end()));
        }
        if lines.len() > MOST {
            text.push_str(&format!("      {mark} … and {} more\n", lines.len() - MOST));
        }
    }
    text.trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::lines;

    #[test]
    fn only_what_differs_is_shown() {
        assert_eq!(lines("a\nb\nc\n", "a\nB\nc\n"), "      - b\n      + B");
        assert_eq!(lines("a\n", "a\na\n"), "      + a");
        assert_eq!(lines("", "a\n"), "      + a");
        assert_eq!(lines("same\n", "same\n"), "");
        let long: String = (0..9).map(|line| format!("{line}\n")).collect();
        assert!(lines(&long, "").ends_with("- 5\n      - … and 3 more"), "{}", lines(&long, ""));
    }
}
