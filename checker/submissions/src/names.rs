//! Who a submission is from, and how that is written where it becomes a file's name.

use crate::limits::NAME_BYTES;
use sha2::{Digest, Sha256};
use std::collections::{HashMap, HashSet};
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;

/// What a download of a learning platform puts between a learner's name and number and the file's name.
const MOODLE: &str = "_assignsubmission_";

/// What is read as an archive, by its name: what it is, is told by its first bytes.
const ARCHIVES: [&str; 4] = [".tar.gz", ".tgz", ".tar", ".zip"];

/// What instructors and their platforms keep beside the submissions.
const BESIDE: [&str; 13] =
    ["csv", "tsv", "xls", "xlsx", "ods", "yml", "yaml", "json", "jsonl", "xml", "html", "md", "log"];

/// One learner's part of a class folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    /// The learner's name: distinct in the class, printable.
    pub(crate) learner: String,
    /// The same as a file's name.
    pub(crate) file_name: String,
    /// The folder or the files, with what each file was called when it was handed in.
    pub(crate) entries: Vec<(OsString, String)>,
}

/// The learners of these entries of a class folder, by the first entry of each.
pub(crate) fn learners(mut entries: Vec<(OsString, bool)>) -> Vec<Found> {
    entries.retain(|(name, folder)| is_submission(name, *folder));
    let texts = remarks(&entries);
    entries.retain(|(name, _)| !texts.contains(name));
    entries.sort_by(|a, b| a.0.as_bytes().cmp(b.0.as_bytes()));
    let mut found: Vec<(String, Found)> = Vec::new();
    let mut grouped: HashMap<String, usize> = HashMap::new();
    for (name, folder) in entries {
        let (learner, file, platform) = who(&name.to_string_lossy(), folder);
        if platform && let Some(&index) = grouped.get(&learner) {
            found[index].1.entries.push((name, file));
            continue;
        }
        if platform {
            grouped.insert(learner.clone(), found.len());
        }
        let shown = printable(&learner);
        found.push((shown.clone(), Found { learner: shown, file_name: String::new(), entries: vec![(name, file)] }));
    }
    distinct(found)
}

/// The one that a folder or a file which is a whole submission is from.
pub(crate) fn alone(name: &OsStr, folder: bool) -> Found {
    let (learner, file, _) = who(&name.to_string_lossy(), folder);
    let learner = printable(&learner);
    let file_name = safe(&learner).unwrap_or_else(|name| format!("{name}-{}", mark(learner.as_bytes())));
    Found { learner, file_name, entries: vec![(name.to_owned(), file)] }
}

/// Whether a file is read as an archive.
pub(crate) fn is_archive(name: &str) -> bool {
    stem(name).len() < name.len()
}

/// A file's name without what makes it an archive.
pub(crate) fn stem(name: &str) -> &str {
    let ends = |end: &&str| name.len() > end.len() && name.to_ascii_lowercase().ends_with(*end);
    ARCHIVES.iter().find(|end| ends(end)).map_or(name, |end| &name[..name.len() - end.len()])
}

/// Control characters, and those that change the direction of what follows or cannot be seen.
pub(crate) fn unprintable(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{061c}')
}

fn is_submission(name: &OsStr, folder: bool) -> bool {
    let name = name.to_string_lossy();
    if name.starts_with('.') || name == "__MACOSX" {
        return false;
    }
    let ending = name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase());
    let beside = ending.is_some_and(|ending| BESIDE.contains(&ending.as_str()));
    folder || name.contains(MOODLE) || !beside
}

/// What Moodle has of learners who wrote a text beside their files.
fn remarks(entries: &[(OsString, bool)]) -> HashSet<OsString> {
    let part = |kind: &'static str| {
        move |(name, _): &(OsString, bool)| {
            let (learner, rest) = name.to_str()?.split_once(MOODLE)?;
            rest.starts_with(kind).then(|| (learner.to_owned(), name.clone()))
        }
    };
    let files: HashSet<String> = entries.iter().filter_map(part("file")).map(|(learner, _)| learner).collect();
    let texts = entries.iter().filter_map(part("onlinetext"));
    texts.filter(|(learner, _)| files.contains(learner)).map(|(_, name)| name).collect()
}

/// The learner, what the file was called, and whether both are told apart by a platform's convention.
fn who(name: &str, folder: bool) -> (String, String, bool) {
    if let Some((learner, rest)) = name.split_once(MOODLE)
        && !learner.is_empty()
    {
        let file = rest.split_once('_').map_or(rest, |(_, file)| file);
        return (learner.to_owned(), file.to_owned(), !folder);
    }
    if folder {
        return (name.to_owned(), name.to_owned(), false);
    }
    if let Some((learner, file)) = canvas(name) {
        return (learner, file, true);
    }
    let learner = match stem(name) {
        whole if whole.len() == name.len() => name.strip_suffix(".rs").filter(|stem| !stem.is_empty()).unwrap_or(name),
        stem => stem,
    };
    (learner.to_owned(), name.to_owned(), false)
}

/// `doejane_LATE_123_456_lib-1.rs` is `doejane_123`, and `lib.rs`.
fn canvas(name: &str) -> Option<(String, String)> {
    let parts: Vec<&str> = name.split('_').collect();
    let number = |part: &&str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let at = (1..parts.len().saturating_sub(2)).find(|&at| number(&parts[at]) && number(&parts[at + 1]))?;
    let who = parts[..at].strip_suffix(&["LATE"]).filter(|who| !who.is_empty()).unwrap_or(&parts[..at]);
    let file = parts[at + 2..].join("_");
    let again = file.strip_suffix(".rs").and_then(|stem| stem.rsplit_once('-')).filter(|(_, n)| number(n));
    let file = again.map_or(file.clone(), |(stem, _)| format!("{stem}.rs"));
    Some((format!("{}_{}", who.join("_"), parts[at]), file))
}

/// Makes learners' names distinct: those who share one are told apart by the whole name of what they handed in.
fn distinct(found: Vec<(String, Found)>) -> Vec<Found> {
    let mut found: Vec<Found> = found.into_iter().map(|(_, found)| found).collect();
    for index in repeated(&found, |found| found.learner.clone()) {
        found[index].learner = printable(&found[index].entries[0].0.to_string_lossy());
    }
    for index in repeated(&found, |found| found.learner.clone()) {
        found[index].learner = format!("{} ({})", found[index].learner, mark(found[index].entries[0].0.as_bytes()));
    }
    for found in &mut found {
        let name = safe(&found.learner);
        found.file_name = name.unwrap_or_else(|name| format!("{name}-{}", mark(found.learner.as_bytes())));
    }
    for index in repeated(&found, |found| found.file_name.to_lowercase()) {
        found[index].file_name = format!("{}-{}", found[index].file_name, mark(found[index].learner.as_bytes()));
    }
    found
}

/// Those whose key another one has too.
fn repeated(found: &[Found], key: impl Fn(&Found) -> String) -> Vec<usize> {
    let mut times: HashMap<String, usize> = HashMap::new();
    for found in found {
        *times.entry(key(found)).or_default() += 1;
    }
    (0..found.len()).filter(|&index| times[&key(&found[index])] > 1).collect()
}

fn printable(name: &str) -> String {
    name.chars().map(|c| if unprintable(c) { '\u{fffd}' } else { c }).collect()
}

/// The name where it is safe as a file's, else what is left of it when it is made safe.
fn safe(name: &str) -> Result<String, String> {
    let kept = |(at, c): (usize, char)| {
        let plain = c.is_alphanumeric() || "_@+".contains(c) || (".-".contains(c) && at > 0);
        if plain { c } else { '_' }
    };
    let mut safe: String = name.char_indices().map(kept).collect();
    safe.truncate(safe.floor_char_boundary(NAME_BYTES));
    let whole = safe.trim_end_matches('.').len();
    safe.truncate(whole);
    if safe.is_empty() {
        safe.push_str("learner");
    }
    if safe == name { Ok(safe) } else { Err(safe) }
}

/// Eight digits that go with these bytes, and hardly with others.
fn mark(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().take(4).map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::{Found, learners, safe};
    use std::ffi::OsString;
    use std::os::unix::ffi::OsStringExt;

    fn of(names: &[&str]) -> Vec<Found> {
        let entry = |name: &&str| match name.strip_suffix('/') {
            Some(name) => (OsString::from(name), true),
            None => (OsString::from(name), false),
        };
        learners(names.iter().map(entry).collect())
    }

    fn pairs(found: &[Found]) -> Vec<(&str, &str)> {
        found.iter().map(|found| (found.learner.as_str(), found.entries[0].1.as_str())).collect()
    }

    #[test]
    fn platforms_say_who_it_was() {
        let found = of(&[
            "Jane Doe_12345_assignsubmission_file_/",
            "Jane Doe_12345_assignsubmission_onlinetext_/",
            "Max_77_assignsubmission_file_lib.rs",
            "doejane_LATE_123_456_lib-1.rs",
            "submission_4711/",
            "unordered-octocat/",
            "ann@uni.edu_3_handin.tar.gz",
            "submission_metadata.yml",
            ".DS_Store",
            "__MACOSX/",
            "grades.csv",
            "li.zip",
            "mo.rs",
        ]);
        let names = [
            ("Jane Doe_12345", ""),
            ("Max_77", "lib.rs"),
            ("ann@uni.edu_3_handin", "ann@uni.edu_3_handin.tar.gz"),
            ("doejane_123", "lib.rs"),
            ("li", "li.zip"),
            ("mo", "mo.rs"),
            ("submission_4711", "submission_4711"),
            ("unordered-octocat", "unordered-octocat"),
        ];
        assert_eq!(pairs(&found), names);
    }

    #[test]
    fn files_of_one_learner_of_a_platform_are_one_submission() {
        let found = of(&["doe_1_2_lib.rs", "doe_1_3_main.rs", "roe_2_4_lib.rs"]);
        assert_eq!(found.len(), 2);
        assert_eq!(found[0].entries.len(), 2);
    }

    #[test]
    fn two_with_one_name_are_told_apart() {
        let found = of(&["bob/", "bob.zip", "bob.rs"]);
        let names: Vec<&str> = found.iter().map(|found| found.learner.as_str()).collect();
        assert_eq!(names, ["bob", "bob.rs", "bob.zip"]);
        let found = of(&["Bob/", "bob/"]);
        assert_eq!(found.iter().map(|found| found.learner.as_str()).collect::<Vec<_>>(), ["Bob", "bob"]);
        assert_ne!(found[0].file_name.to_lowercase(), found[1].file_name.to_lowercase());
        let raw = |byte| (OsString::from_vec(vec![b'a', byte]), true);
        let found = learners(vec![raw(0xff), raw(0xfe)]);
        assert_ne!(found[0].learner, found[1].learner);
        assert_ne!(found[0].file_name, found[1].file_name);
    }

    #[test]
    fn names_are_safe_as_files() {
        assert_eq!(safe("Zoë-3"), Ok("Zoë-3".to_owned()));
        assert_eq!(safe("../x"), Err("_._x".to_owned()));
        assert_eq!(safe("-rf a;b\n"), Err("_rf_a_b_".to_owned()));
        assert_eq!(safe(""), Err("learner".to_owned()));
        assert!(safe(&"é".repeat(200)).is_err_and(|name| name.len() == 100));
        let found = of(&["a b/", "a_b/"]);
        assert_ne!(found[0].file_name, found[1].file_name);
        assert_eq!(of(&["\u{202e}sr.bil/"])[0].learner, "\u{fffd}sr.bil");
    }
}
