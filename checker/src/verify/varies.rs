//! What varies by itself in a message, from run to run: a count of polls on the real clock, a hash with random keys, an
//! interleaving. On record it is [`ANY`], which stands for any words or none.

/// Stands for what varies.
pub(crate) const ANY: &str = "⋯";

/// The text, with [`ANY`] in place of what is not so in the other one. Lines stay where they are.
pub(super) fn masked(text: &str, other: &str) -> String {
    let ours = pieces(text);
    let theirs: Vec<&str> = other.split_whitespace().collect();
    let common = common(&ours.iter().map(|(_, word)| *word).collect::<Vec<_>>(), &theirs);
    let mut masked = String::new();
    let (mut a, mut b) = (0, 0);
    for (next_a, next_b) in common.into_iter().chain([(ours.len(), theirs.len())]) {
        let differs = ours[a..next_a].iter().any(|(_, word)| *word != ANY) || next_b > b;
        if differs || next_a > a {
            masked.push_str(ours.get(a).filter(|_| next_a > a).map_or(" ", |(space, _)| space));
            masked.push_str(ANY);
        }
        if let Some((space, word)) = ours.get(next_a) {
            masked.push_str(space);
            masked.push_str(word);
        }
        (a, b) = (next_a + 1, next_b + 1);
    }
    masked + if text.ends_with('\n') { "\n" } else { "" }
}

/// Whether the text is what is on record, wherever its lines are broken.
pub(super) fn fits(record: &str, text: &str) -> bool {
    let (record, text): (Vec<&str>, Vec<&str>) =
        (record.split_whitespace().collect(), text.split_whitespace().collect());
    let (mut r, mut t) = (0, 0);
    // After the last `ANY`, and where the text went on there.
    let mut any = None;
    while t < text.len() {
        if record.get(r) == Some(&ANY) {
            r += 1;
            any = Some((r, t));
        } else if record.get(r) == Some(&text[t]) {
            (r, t) = (r + 1, t + 1);
        } else if let Some((after, at)) = any {
            any = Some((after, at + 1));
            (r, t) = (after, at + 1);
        } else {
            return false;
        }
    }
    record[r..].iter().all(|word| *word == ANY)
}

/// Words, each with the white space before it.
fn pieces(text: &str) -> Vec<(&str, &str)> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(begins) = rest.find(|c: char| !c.is_whitespace()) {
        let ends = rest[begins..].find(char::is_whitespace).map_or(rest.len(), |at| begins + at);
        pieces.push((&rest[..begins], &rest[begins..ends]));
        rest = &rest[ends..];
    }
    pieces
}

/// The longest common subsequence, as pairs of places.
fn common(a: &[&str], b: &[&str]) -> Vec<(usize, usize)> {
    let mut longest = vec![vec![0_u32; b.len() + 1]; a.len() + 1];
    for i in (0..a.len()).rev() {
        for j in (0..b.len()).rev() {
            longest[i][j] = match a[i] == b[j] {
                true => longest[i + 1][j + 1] + 1,
                false => longest[i + 1][j].max(longest[i][j + 1]),
            };
        }
    }
    let (mut i, mut j, mut pairs) = (0, 0, Vec::new());
    while i < a.len() && j < b.len() {
        if a[i] == b[j] {
            pairs.push((i, j));
            (i, j) = (i + 1, j + 1);
        } else if longest[i + 1][j] >= longest[i][j + 1] {
            i += 1;
        } else {
            j += 1;
        }
    }
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_varies_stands_for_anything() {
        let text = "  fail  It ends.\n        seen  22 polls in\n              3 s\n        where src/lib.rs:7\n";
        let other = text.replace("22", "1000").replace("3 s", "4.5 ms");
        let record = masked(text, &other);
        assert_eq!(record, "  fail  It ends.\n        seen  ⋯ polls in\n              ⋯\n        where src/lib.rs:7\n");
        assert!(fits(&record, text) && fits(&record, &other));
        assert!(!fits(&record, &text.replace("polls", "looks")) && !fits(&record, &text.replace(":7", ":8")));
        // Once more changes nothing; something else is masked besides.
        assert_eq!(masked(&record, text), record);
        assert_eq!(masked(&record, &other.replace(":7", ":8")), record.replace("src/lib.rs:7", "⋯"));
    }

    #[test]
    fn words_that_come_and_go_vary_too() {
        assert_eq!(masked("a b\n", "a x b"), "a ⋯ b\n");
        assert_eq!(masked("a x b\n", "a b"), "a ⋯ b\n");
        assert_eq!(masked("a\n", "a x y"), "a ⋯\n");
        assert_eq!(masked("same\n  words\n", "same words"), "same\n  words\n");
        assert!(fits("a ⋯ b", "a b") && fits("a ⋯ b", "a b b") && fits("⋯", "") && fits("a\n b", "a b"));
        assert!(!fits("a ⋯ b", "a b c") && !fits("a b", "a") && !fits("", "a"));
    }
}
