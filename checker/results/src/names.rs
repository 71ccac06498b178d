//! File names for learners, whatever they are called.

use crate::chain::sha256;
use std::collections::BTreeSet;

/// How much of a name is kept.
const MOST: usize = 48;
/// How much of a hash tells two names apart.
const HASH: usize = 10;

/// A name for a learner's files: lower-case letters, digits, `-`, `_` and `.` alone, at most 59 bytes, never one that
/// a system reserves. A learner whose name is like that has it as it is; all others' ends in a hash of the name, so
/// that two never meet, also where case does not count. It depends on the learner alone.
pub fn file_name(learner: &str) -> String {
    let mut slug = String::new();
    for c in learner.chars().take(MOST) {
        let c = c.to_ascii_lowercase();
        match c {
            'a'..='z' | '0'..='9' | '_' | '.' => slug.push(c),
            _ if slug.ends_with('-') => {}
            _ => slug.push('-'),
        }
    }
    let slug = slug.trim_matches(['-', '.']);
    if slug == learner && !reserved(slug) && !looks_hashed(slug) {
        return slug.to_owned();
    }
    // Without dots nothing that stands before one is reserved.
    let slug = if slug.is_empty() { "learner".to_owned() } else { slug.replace('.', "-") };
    format!("{slug}-{}", &sha256(learner.as_bytes())[..HASH])
}

/// The names that Windows gives to devices, with any ending.
fn reserved(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default();
    let numbered = |device: &str| stem.strip_prefix(device).is_some_and(|number| number.len() == 1);
    matches!(stem, "" | "con" | "prn" | "aux" | "nul" | "index") || numbered("com") || numbered("lpt")
}

/// Whether somebody could be called so in order to meet another's name.
fn looks_hashed(name: &str) -> bool {
    let hash = |end: &str| end.len() >= HASH && end.bytes().all(|byte| byte.is_ascii_hexdigit());
    name.rsplit_once('-').is_some_and(|(_, end)| hash(end))
}

/// The learner's file name within a class: unique even if two hashes open alike.
pub(crate) fn unique(learner: &str, taken: &mut BTreeSet<String>) -> String {
    let mut name = file_name(learner);
    if !taken.insert(name.clone()) {
        name = format!("learner-{}", sha256(learner.as_bytes()));
        taken.insert(name.clone());
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_names_stay_and_others_are_made_safe() {
        for plain in ["anna", "s1234567", "van_der.berg-2"] {
            assert_eq!(file_name(plain), plain);
        }
        let long = "x".repeat(300);
        let odd = [
            "../../etc/passwd",
            "CON",
            "nul.txt",
            "",
            ".",
            "..",
            "Anna",
            "a/b",
            "a\\b",
            "-rf",
            "Zoë",
            &long,
            "index",
            "\u{202e}gpj",
            "anna-0123456789",
            "a b",
            "a-b-",
            "a--b",
            "=HYPERLINK(\"x\")",
            "a\0b",
            "x.",
        ];
        let names: BTreeSet<_> = odd.iter().map(|name| file_name(name)).collect();
        assert_eq!(names.len(), odd.len(), "{names:?}");
        for name in names {
            assert!(name.len() <= 59, "{name}");
            assert!(name.bytes().all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.')), "{name}");
            assert!(!name.starts_with(['-', '.']) && !name.ends_with('.'), "{name}");
            assert!(!reserved(&name), "{name}");
        }
    }

    #[test]
    fn nobody_takes_the_name_of_another() {
        let mut taken = BTreeSet::new();
        let annas = unique("Anna", &mut taken);
        assert_ne!(unique(&annas, &mut taken), annas);
        assert_ne!(unique("Anna", &mut taken), annas);
    }
}
