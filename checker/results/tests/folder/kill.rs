//! Kills and full disks: what was recorded stays, and the end is the same.

use crate::class::{assert_same, files, grade, right};
use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use rand::{Rng, RngExt, SeedableRng};
use results::{Error, Graded, Journal, Options, Outcome, finish, verify_chain};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use verdict::{Kind, Verdict};

const OUT: &str = "RESULTS_TEST_OUT";
/// `append` or `finish`.
const WHAT: &str = "RESULTS_TEST_WHAT";
const SEED: &str = "RESULTS_TEST_SEED";

/// 200 records: right, wrong, refused and infra.
fn records() -> Vec<Graded> {
    let mut all = Vec::new();
    for learner in 0..100 {
        for task in ["fan-out/1", "worker-pools/2"] {
            let mut graded = right(&format!("learner-{learner:03}"), task);
            match learner % 10 {
                3 => graded.criteria[1].verdict = Verdict::new(Kind::Leak, "1 task is left"),
                5 => graded.criteria[0].output = "noise\n".repeat(learner * 40),
                7 => (graded.criteria, graded.outcome) = (Vec::new(), Outcome::Refused("an empty archive".into())),
                9 => (graded.criteria, graded.outcome) = (Vec::new(), Outcome::Infra("no room".into())),
                _ => {}
            }
            all.push(graded);
        }
    }
    all
}

/// Goes on with the folder's journal, in an order of its own, and says each record once it is appended.
#[test]
#[ignore = "the other tests run it, in a process of its own"]
fn appends() {
    let (Ok(out), Ok(seed)) = (std::env::var(OUT), std::env::var(SEED)) else { return };
    let out = Path::new(&out);
    if std::env::var(WHAT).is_ok_and(|what| what == "finish") {
        match finish(out, &Options::default()) {
            Ok(_) => println!("finished"),
            Err(error) => println!("error {}", error.to_string().replace('\n', "; ")),
        }
        return;
    }
    let (mut journal, done) = match Journal::resume(out, &crate::class::header()) {
        Err(Error::Nothing { .. }) => (Journal::create(out, &crate::class::header()).unwrap(), Default::default()),
        resumed => resumed.unwrap(),
    };
    let mut left: Vec<Graded> = records().into_iter().filter(|graded| !done.contains(&graded.key())).collect();
    left.shuffle(&mut StdRng::seed_from_u64(seed.parse().unwrap()));
    for graded in left {
        if let Err(error) = journal.append(&graded) {
            println!("error {}", error.to_string().replace('\n', "; "));
            return;
        }
        println!("appended");
    }
}

fn child(program: &mut Command, out: &Path, seed: u64) -> std::process::Child {
    program
        .args(["--exact", "kill::appends", "--ignored", "--nocapture", "--test-threads=1"])
        .env(OUT, out)
        .env(SEED, seed.to_string())
        .stdout(Stdio::piped())
        .spawn()
        .expect("this test's own binary")
}

fn unbroken() -> tempfile::TempDir {
    let out = tempfile::tempdir().unwrap();
    grade(out.path(), &records(), &Options::default());
    out
}

#[test]
fn killed_at_any_moment_the_end_is_the_same() {
    let unbroken = unbroken();
    let out = tempfile::tempdir().unwrap();
    let mut random = StdRng::seed_from_u64(20);
    let (mut kills, mut appended) = (0, 0);
    loop {
        // What is infra is tried again each time: more is left than is missing.
        let most = if kills < 24 { random.random_range(0..8) } else { usize::MAX };
        let mut child = child(&mut Command::new(std::env::current_exe().unwrap()), out.path(), random.next_u64());
        let mut said = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut now = 0;
        while now < most.max(1) {
            match said.next() {
                Some(line) => now += usize::from(line.unwrap().ends_with("appended")),
                None => break,
            }
        }
        if most == usize::MAX {
            assert!(child.wait().unwrap().success());
            break;
        }
        // A moment within the next record: a few microseconds more or less.
        (0..random.random_range(0..200_000)).for_each(|spin: u32| {
            std::hint::black_box(spin);
        });
        child.kill().unwrap();
        child.wait().unwrap();
        kills += 1;
        appended += now;
        assert!(verify_chain(out.path()).unwrap().records >= appended, "what was appended is there");
    }
    assert!(kills >= 20, "{kills}");
    finish(out.path(), &Options::default()).unwrap();
    assert_same(unbroken.path(), out.path());
}

/// Runs the child where no file may grow beyond `blocks` of 512 bytes. The signal that would end it is ignored:
/// writes fail, as on a disk that is full, the last one halfway. What it said.
fn on_a_full_disk(out: &Path, blocks: u32, what: &str) -> Vec<String> {
    let mut limited = Command::new("sh");
    let limit = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" \"$@\"");
    limited.args(["-c", &limit]).arg(std::env::current_exe().unwrap()).env(WHAT, what);
    let mut full = child(&mut limited, out, 1);
    let said = BufReader::new(full.stdout.take().unwrap()).lines().map(Result::unwrap).collect();
    assert!(full.wait().unwrap().success());
    said
}

#[test]
fn a_full_disk_is_said_and_loses_nothing() {
    let unbroken = unbroken();
    let out = tempfile::tempdir().unwrap();
    let said = on_a_full_disk(out.path(), 128, "append");
    let appended = said.iter().filter(|line| line.ends_with("appended")).count();
    let error = said.iter().find(|line| line.contains("error cannot")).expect("it does not fit");
    for part in ["cannot write", "results.jsonl", "make room", "resume"] {
        assert!(error.contains(part), "{error}");
    }
    assert!((1..200).contains(&appended), "{appended}");
    let verified = verify_chain(out.path()).unwrap();
    assert_eq!((verified.records, verified.torn), (appended, false));

    let (mut journal, done) = Journal::resume(out.path(), &crate::class::header()).unwrap();
    for graded in records().iter().filter(|graded| !done.contains(&graded.key())) {
        journal.append(graded).unwrap();
    }
    let head = journal.head().to_owned();
    drop(journal);

    // First the journal in its order does not fit, then the reports do not.
    for blocks in [128, 2] {
        let said = on_a_full_disk(out.path(), blocks, "finish");
        let error = said.iter().find(|line| line.contains("error cannot write")).expect("it does not fit");
        assert!(error.contains("make room"), "{error}");
        let verified = verify_chain(out.path()).unwrap();
        assert!(verified.head == head && !verified.finished, "the journal is as it was: {verified:?}");
        assert!(files(out.path()).keys().all(|name| !name.ends_with(".part")));
    }
    finish(out.path(), &Options::default()).unwrap();
    assert_same(unbroken.path(), out.path());
    let said = on_a_full_disk(out.path(), 2, "finish");
    assert!(said.iter().any(|line| line.contains("error cannot write")), "{said:?}");
    assert_eq!(verify_chain(out.path()).unwrap().records, 200);
}
