//! What each submission of `tests/hostile/` expects, as its first lines say. The notation is
//! described in `tests/hostile/README.md`.

use std::collections::BTreeSet;
use verdict::Kind;

/// The files that the header may be in, below the submission's folder; the first that is there has it.
pub(crate) const HEADERS: [&str; 3] = ["lib.rs", "src/lib.rs", "src/main.rs"];

/// The first lines of a hostile submission.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Header {
    /// The task that it is handed in for, such as `fan-out/2`.
    pub(crate) task: String,
    /// What must come of it.
    pub(crate) expected: Expectation,
    /// What must not happen meanwhile, in a sentence.
    pub(crate) contained: String,
}

/// What must come of a submission.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Expectation {
    which: Which,
    /// One of these is right.
    kinds: BTreeSet<Kind>,
    /// So many criteria hold at most.
    earns: Option<usize>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Which {
    /// The first criterion that does not hold; for `pass`, none does not.
    First,
    /// Every criterion.
    All,
}

impl Header {
    /// Reads the first lines of a submission's main file.
    ///
    /// # Errors
    ///
    /// What is missing or not understood, as a sentence without the file's name.
    pub(crate) fn read(text: &str) -> Result<Header, String> {
        let lines: Vec<&str> = text.lines().map_while(|line| line.strip_prefix("//!")).map(str::trim).collect();
        let field = |at: usize, name: &str| {
            let value = lines.get(at).and_then(|line| line.strip_prefix(name)).map(str::trim);
            value.filter(|value| !value.is_empty()).ok_or_else(|| format!("line {} is no `//! {name} …`", at + 1))
        };
        let (task, expected, contained) = (field(0, "Task:")?, field(1, "Expect:")?, field(2, "Contained:")?);
        let believes = lines
            .get(3..)
            .is_some_and(|rest| rest.first() == Some(&"") && rest.get(1).is_some_and(|line| !line.is_empty()));
        if !believes {
            return Err("an empty line and what the attacker believes must follow".to_owned());
        }
        Ok(Header { task: task.to_owned(), expected: Expectation::read(expected)?, contained: contained.to_owned() })
    }
}

impl Expectation {
    /// Reads `all crash|memory`, `fail, earns 6`, `pass` and the like.
    fn read(text: &str) -> Result<Expectation, String> {
        let (kinds, earns) = match text.split_once(',') {
            None => (text, None),
            Some((kinds, earns)) => {
                let count = earns.trim().strip_prefix("earns ").and_then(|count| count.parse().ok());
                (kinds, Some(count.ok_or_else(|| format!("`{}` is not `earns` and a number", earns.trim()))?))
            }
        };
        let (which, kinds) = match kinds.strip_prefix("all ") {
            Some(kinds) => (Which::All, kinds),
            None => (Which::First, kinds),
        };
        let mut expectation = Expectation { which, kinds: BTreeSet::new(), earns };
        for word in kinds.split('|') {
            match Kind::named(word) {
                Some(Kind::Infra) => return Err("`infra` is the grader's own fault, and never expected".to_owned()),
                Some(kind) if !expectation.kinds.insert(kind) => return Err(format!("`{word}` stands there twice")),
                Some(_) => {}
                None => return Err(format!("`{word}` is no kind of verdict")),
            }
        }
        let pass = expectation.kinds.contains(&Kind::Pass);
        match (which, earns) {
            (Which::All, _) if pass => Err("`all` goes with kinds of failure alone".to_owned()),
            (Which::All, Some(_)) => Err("where all criteria fail, none is earned".to_owned()),
            (_, Some(_)) if pass => Err("where all may hold, all may be earned".to_owned()),
            _ => Ok(expectation),
        }
    }

    /// Whether these verdicts, in the order of the criteria, are what must come of it.
    ///
    /// # Errors
    ///
    /// A sentence that says what came instead, such as `criterion 3 of 10: pass, expected crash`.
    pub(crate) fn met_by(&self, kinds: &[Kind]) -> Result<(), String> {
        if kinds.is_empty() {
            return Err(format!("no verdict at all, expected {self}"));
        }
        let unmet = |at: usize| format!("criterion {} of {}: {}, expected {self}", at + 1, kinds.len(), kinds[at]);
        if let Some(at) = kinds.iter().position(|kind| *kind == Kind::Infra) {
            return Err(unmet(at));
        }
        let first = kinds.iter().position(|kind| *kind != Kind::Pass);
        let met = match (self.which, first) {
            (Which::All, _) => {
                kinds.iter().position(|kind| !self.kinds.contains(kind)).map_or(Ok(()), |at| Err(unmet(at)))
            }
            (Which::First, None) if self.kinds.contains(&Kind::Pass) => Ok(()),
            (Which::First, None) => Err(format!("all {} criteria hold, expected {self}", kinds.len())),
            (Which::First, Some(at)) if self.kinds.contains(&kinds[at]) => Ok(()),
            (Which::First, Some(at)) => Err(unmet(at)),
        };
        met?;
        let held = kinds.iter().filter(|kind| **kind == Kind::Pass).count();
        match self.earns {
            Some(earns) if held > earns => Err(format!("{held} criteria hold, and it earns {earns}")),
            _ => Ok(()),
        }
    }
}

impl std::fmt::Display for Expectation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let words: Vec<&str> = self.kinds.iter().map(|kind| kind.name()).collect();
        let all = if self.which == Which::All { "all " } else { "" };
        write!(f, "{all}{}", words.join("|"))
    }
}

#[cfg(test)]
mod tests;
