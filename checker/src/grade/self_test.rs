//! Before a class is graded: the references pass, the wrong solutions fail where they say, hostile code is contained.

use super::grader::{Grader, Prepared, Source};
use super::hostile::{self, Hostile};
use crate::fault::Fault;
use crate::subject::{Origin, Subject, collect};
use crate::verify::{Decides, Expected, Proofs, about_subject};
use catalog::{Hash, Workbook};
use indicatif::ProgressBar;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

/// The grader's own code, beside the checker's that judges.
const CODE: [&str; 8] = [
    include_str!("compile.rs"),
    include_str!("contained.rs"),
    include_str!("grader.rs"),
    include_str!("hostile.rs"),
    include_str!("hostile/header.rs"),
    include_str!("keeper.rs"),
    include_str!("reader.rs"),
    include_str!("recipe.rs"),
];

/// A crate whose verdicts are known.
struct Case<'a> {
    prepared: &'a Prepared<'a>,
    /// `solution`, `wrong/late`, `hostile/fork-bomb`.
    name: String,
    expected: Awaited,
    sources: Vec<Source>,
    /// Everything that decides what comes of it.
    key: String,
}

enum Awaited {
    Verdicts(Expected),
    Contained(Hostile),
}

/// What the self-test found.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// How many crates were judged, and how many had been before, with nothing changed since.
    pub(super) judged: usize,
    pub(super) known: usize,
    /// What is not as it should be, as `fan-out/2 wrong/late: …`.
    pub(super) problems: Vec<String>,
}

/// Judges what is known, in `workers` threads. What was found right before, by the same code on the same machine, is
/// not judged again unless it is asked for `fresh`.
///
/// # Errors
///
/// What is the machine's fault.
pub(super) fn self_test(
    workbook: &Workbook,
    grader: &Grader,
    prepared: &[Prepared<'_>],
    machine: &str,
    workers: usize,
    fresh: bool,
    progress: &ProgressBar,
) -> Result<Found, Fault> {
    let mut proofs: BTreeMap<String, Proofs> = BTreeMap::new();
    for prepared in prepared {
        proofs.insert(prepared.task.id(), Proofs::read(workbook.root(), prepared.task));
    }
    let mut cases = cases(workbook, prepared, machine)?;
    let all = cases.len();
    if !fresh {
        cases.retain(|case| !proofs[&case.prepared.task.id()].hold(&proof(case), &case.key));
    }
    progress.set_length(cases.len() as u64);
    let found = Mutex::new(Found { judged: cases.len(), known: all - cases.len(), problems: Vec::new() });
    let proofs = Mutex::new(proofs);
    let next = AtomicUsize::new(0);
    let fault = Mutex::new(None);
    std::thread::scope(|scope| {
        for worker in 0..workers {
            let (cases, next, proofs, found, fault) = (&cases, &next, &proofs, &found, &fault);
            scope.spawn(move || {
                while let Some(case) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
                    match hold(grader, worker, case) {
                        Ok(problems) => {
                            let mut proofs = proofs.lock().unwrap_or_else(PoisonError::into_inner);
                            if let Some(proofs) = proofs.get_mut(&case.prepared.task.id()) {
                                match problems.is_empty() {
                                    true => proofs.note(&proof(case), &case.key),
                                    false => proofs.forget(&proof(case), &case.key),
                                }
                            }
                            let named = problems
                                .into_iter()
                                .map(|problem| format!("{} {}: {problem}", case.prepared.task.id(), case.name));
                            found.lock().unwrap_or_else(PoisonError::into_inner).problems.extend(named);
                        }
                        Err(error) => {
                            next.store(cases.len(), Ordering::Relaxed);
                            fault.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
                        }
                    }
                    progress.inc(1);
                }
            });
        }
    });
    for proofs in proofs.into_inner().unwrap_or_else(PoisonError::into_inner).values() {
        proofs.write()?;
    }
    match fault.into_inner().unwrap_or_else(PoisonError::into_inner) {
        Some(fault) => Err(fault),
        None => {
            let mut found = found.into_inner().unwrap_or_else(PoisonError::into_inner);
            found.problems.sort();
            Ok(found)
        }
    }
}

/// What is not as it should be about one crate.
fn hold(grader: &Grader, worker: usize, case: &Case<'_>) -> Result<Vec<String>, Fault> {
    // The reference and what is laid over it may name their library as the reference's.
    let aliases = match case.expected {
        Awaited::Verdicts(_) => vec![case.prepared.task.solution_package().replace('-', "_")],
        Awaited::Contained(_) => Vec::new(),
    };
    let outcome = grader.judge(worker, case.prepared, &case.sources, &aliases)?;
    Ok(match &case.expected {
        Awaited::Verdicts(expected) => expected.hold(&outcome),
        Awaited::Contained(hostile) => hostile.hold(&outcome),
    })
}

/// The name of what is proved, beside those of `verify`.
fn proof(case: &Case<'_>) -> String {
    format!("graded/{}", case.name)
}

fn cases<'a>(workbook: &Workbook, prepared: &'a [Prepared<'a>], machine: &str) -> Result<Vec<Case<'a>>, Fault> {
    let mut decides = Decides::read(workbook.root())?;
    let mut cases = Vec::new();
    for prepared in prepared {
        let task = prepared.task;
        let mut shared = decides.about_task(task)?;
        CODE.iter().for_each(|code| shared.part(code.as_bytes()));
        shared.part(machine.as_bytes());
        let mut known = vec![("solution".to_owned(), Subject::solution(task), Expected::Passes)];
        for wrong in task.wrongs()? {
            let subject = Subject::variant(task, "wrong", &wrong);
            known.push((format!("wrong/{}", wrong.name), subject, Expected::Caught(wrong.caught_by)));
        }
        for (name, subject, expected) in known {
            let key = about_subject(&shared, &subject)?.hex();
            let sources = sources(&subject)?;
            cases.push(Case { prepared, name, expected: Awaited::Verdicts(expected), sources, key });
        }
        for hostile in hostile::of(workbook.root(), task)? {
            let sources = read(&hostile.sources()?)?;
            let mut key = shared.clone();
            hash(&sources, &mut key);
            key.part(hostile.text().as_bytes());
            let name = format!("hostile/{}", hostile.name());
            cases.push(Case { prepared, name, expected: Awaited::Contained(hostile), sources, key: key.hex() });
        }
    }
    Ok(cases)
}

/// A subject's sources, as they would be handed in.
fn sources(subject: &Subject<'_>) -> Result<Vec<Source>, Fault> {
    let mut files = BTreeMap::new();
    match &subject.origin {
        Origin::Place(place) => collect(&place.join("src"), Path::new(""), &mut files)?,
        Origin::Layers(layers) => {
            for layer in layers {
                collect(layer, Path::new(""), &mut files)?;
            }
        }
    }
    read(&files)
}

fn read(files: &BTreeMap<PathBuf, PathBuf>) -> Result<Vec<Source>, Fault> {
    let read = |(name, path): (&PathBuf, &PathBuf)| {
        let text = std::fs::read(path).map_err(|error| Fault::file("read", path, &error))?;
        Ok((name.clone(), text))
    };
    files.iter().map(read).collect()
}

fn hash(sources: &[Source], hash: &mut Hash) {
    for (name, text) in sources {
        hash.part(name.as_os_str().as_encoded_bytes());
        hash.part(text);
    }
}
