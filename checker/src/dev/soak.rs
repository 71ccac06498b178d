//! `checker dev soak`: judges every solution and every wrong variant again and again beside a busy processor.
//! A verdict that changes is a defect of the judge, whatever the subject.

use crate::Exit;
use crate::build;
use crate::fault::Fault;
use crate::judge;
use crate::stage::{self, Parts, Stage};
use crate::style::{DIM, GREEN, RED};
use crate::subject::Subject;
use crate::verify;
use catalog::Workbook;
use std::collections::BTreeMap;
use std::hint::black_box;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use std::time::Instant;
use verdict::Kind;

/// Judges each criterion `repeats` times while every core has a thread that only computes.
pub(crate) fn soak(workbook: &Workbook, ids: &[String], repeats: u32) -> Result<Exit, Fault> {
    let tasks = workbook.tasks()?;
    let mut changed = 0;
    for task in verify::chosen(&tasks, ids)? {
        let began = Instant::now();
        let (rights, wrongs) = (task.rights()?, task.wrongs()?);
        let mut subjects = vec![Subject::solution(task)];
        subjects.extend(rights.iter().map(|right| Subject::variant(task, "right", right)));
        subjects.extend(wrongs.iter().map(|wrong| Subject::variant(task, "wrong", wrong)));
        let stage = Stage::set(workbook.root(), &subjects, Parts::All)?;
        let packages: Vec<String> =
            subjects.iter().flat_map(|subject| Parts::All.packages(subject)).map(|(name, _)| name).collect();
        let built = build::build(workbook.root(), &stage, &packages, build::What::Tests, false)?;
        let criteria = task.criteria()?;
        let mut jobs = Vec::new();
        for subject in &subjects {
            for criterion in criteria.iter().filter(|criterion| subject.models || !criterion.model) {
                let package = if criterion.model { stage::models(subject) } else { subject.package.clone() };
                if let Some(binary) = built.package(&package).and_then(|package| package.binary.clone()) {
                    // Loom and real time cost too much to repeat as often: they get a tenth.
                    let times = if criterion.model { (repeats / 10).max(1) } else { repeats };
                    jobs.push((subject.package.clone(), criterion, binary, times));
                }
            }
        }
        let runs: u64 = jobs.iter().map(|(.., times)| u64::from(*times)).sum();
        let differing = repeat(&jobs);
        let (style, word) = if differing.is_empty() { (GREEN, "ok") } else { (RED, "no") };
        let seconds = began.elapsed().as_secs_f64();
        outln!("{style}{word:>4}{style:#}  {:<12} {runs} runs{DIM}  {seconds:.0} s{DIM:#}", task.id());
        for line in &differing {
            outln!("      {line}");
        }
        changed += differing.len();
    }
    Ok(if changed == 0 { Exit::Passed } else { Exit::Failed })
}

type Job<'a> = (String, &'a catalog::Criterion, std::path::PathBuf, u32);

/// The criteria whose verdicts were not all of one kind.
fn repeat(jobs: &[Job<'_>]) -> Vec<String> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let (next, over) = (AtomicUsize::new(0), AtomicBool::new(false));
    let differing = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..cores {
            scope.spawn(|| {
                let mut x = 0u64;
                while !over.load(Relaxed) {
                    x = black_box(x.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(1));
                }
            });
        }
        let judges: Vec<_> = (0..cores)
            .map(|_| {
                scope.spawn(|| {
                    while let Some((package, criterion, binary, times)) = jobs.get(next.fetch_add(1, Relaxed)) {
                        let mut kinds: BTreeMap<Kind, u32> = BTreeMap::new();
                        for _ in 0..*times {
                            *kinds.entry(judge::one(criterion, binary, false).verdict.kind).or_default() += 1;
                        }
                        if kinds.len() > 1 {
                            let kinds: Vec<String> =
                                kinds.iter().map(|(kind, count)| format!("{count} × {kind}")).collect();
                            let line = format!("{package} {}: {}", criterion.test, kinds.join(", "));
                            differing.lock().expect("no judge panics").push(line);
                        }
                    }
                })
            })
            .collect();
        for judge in judges {
            let _ = judge.join();
        }
        over.store(true, Relaxed);
    });
    differing.into_inner().expect("no judge panics")
}
