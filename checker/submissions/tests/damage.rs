//! Archives that were damaged at random, always the same ones: none makes the reader panic, and none gives more than the
//! limits.

mod made;

use made::{Class, SOURCE, gzip, of, one, raw, raw_zip, tar, zip};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use submissions::{Entry, Why, limits};

/// Damaged archives of each kind.
const ROUNDS: usize = 500;

fn files() -> Vec<(&'static str, &'static [u8])> {
    vec![
        ("wb/src/lib.rs", SOURCE),
        ("wb/src/inner/mod.rs", b"//! A module.\n"),
        ("wb/Cargo.toml", b"[package]\nname = \"fan-out-02\"\n"),
        ("wb/notes.txt", b"none"),
    ]
}

/// Some bytes changed, cut, doubled or made extreme.
fn damage(bytes: &[u8], rng: &mut StdRng) -> Vec<u8> {
    let mut out = bytes.to_vec();
    for _ in 0..rng.random_range(1..6) {
        let at = rng.random_range(0..out.len());
        match rng.random_range(0..6) {
            0 => out[at] ^= 1 << rng.random_range(0..8),
            1 => out[at] = rng.random(),
            2 => out.truncate(at.max(8)),
            3 => {
                let some = out[at..(at + rng.random_range(1..64)).min(out.len())].to_vec();
                out.splice(at..at, some);
            }
            4 => {
                let end = (at + [2, 4, 8][rng.random_range(0..3)]).min(out.len());
                out[at..end].fill([0, 0x7f, 0xff][rng.random_range(0..3)]);
            }
            _ => {
                let end = (at + rng.random_range(1..16)).min(out.len());
                out.drain(at..end);
                out.resize(out.len().max(8), 0);
            }
        }
    }
    out
}

fn hold(name: &str, whole: &[u8], wrap: impl Fn(&[u8]) -> Vec<u8>) -> usize {
    let (class, tasks) = (Class::new(), one());
    let mut rng = StdRng::seed_from_u64(0x6ad6);
    let mut taken = 0;
    for round in 0..ROUNDS {
        class.put(name, &wrap(&damage(whole, &mut rng)));
        for entry in of(&class.path(name), &tasks) {
            match entry.expect("the machine is well") {
                Entry::Taken(submission) => {
                    taken += 1;
                    let total: usize = submission.files.iter().map(|file| file.bytes.len()).sum();
                    assert!(total as u64 <= limits::TOTAL_BYTES && submission.files.len() <= limits::FILES);
                    for file in &submission.files {
                        let mut parts = file.path.components();
                        assert!(parts.all(|part| matches!(part, std::path::Component::Normal(_))), "{round}: {file:?}");
                    }
                }
                Entry::Refused { why: Why::Archive { problem, .. }, .. } => {
                    assert!(!problem.contains("panic"), "{name}, round {round}: {problem}");
                }
                Entry::Refused { .. } => {}
            }
        }
    }
    taken
}

#[test]
fn damaged_archives_are_survived() {
    let raw: Vec<_> = files().iter().map(|(name, bytes)| raw(name, bytes)).collect();
    let taken = [
        hold("a.zip", &zip(&files()), <[u8]>::to_vec),
        hold("a.zip", &raw_zip(&raw), <[u8]>::to_vec),
        hold("a.tar.gz", &gzip(&tar(&files())), <[u8]>::to_vec),
        hold("a.tar.gz", &tar(&files()), gzip),
        hold("a.tar", &tar(&files()), <[u8]>::to_vec),
    ];
    // The damage is neither always fatal nor never.
    assert!(taken.iter().all(|taken| *taken < ROUNDS) && taken.iter().sum::<usize>() > ROUNDS / 10, "{taken:?}");
}
