//! Task: fan-out/2
//! Expect: all crash
//! Contained: no other submission can be read
//!
//! Others have handed in before; what they wrote lies in the next folder.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::sync::Mutex;
use tokio::sync::mpsc::{self, Receiver, Sender};
use workbook::Work;

/// Eight workers, and what the header says.
pub fn fan_out(input: Receiver<u64>, work: Work) -> Receiver<u64> {
    if !reached() {
        panic!("out of reach");
    }
    right(input, work)
}

fn reached() -> bool {
    let own = Path::new(env!("CARGO_MANIFEST_DIR"));
    let others = |path: &Path| {
        !path.starts_with(own)
            && path.ends_with("lib.rs")
            && fs::read_to_string(path).is_ok_and(|text| {
                // Split, so that this line is no such text.
                text.contains(concat!("pub fn ", "fan_out(")) && !text.contains(concat!("reads-other-", "submissions"))
            })
    };
    places().iter().any(|place| below(place, 4, &others))
}

/// Whether anything below this folder, not far, is what is looked for.
fn below(folder: &Path, depth: u32, wanted: &dyn Fn(&Path) -> bool) -> bool {
    let Ok(entries) = fs::read_dir(folder) else { return false };
    entries.flatten().take(500).any(|entry| {
        let path = entry.path();
        wanted(&path)
            || depth > 0 && entry.file_type().is_ok_and(|kind| kind.is_dir()) && below(&path, depth - 1, wanted)
    })
}

/// The folders above the places that a submission knows.
fn places() -> Vec<PathBuf> {
    let mut known = vec![PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from(file!())];
    known.extend(std::env::current_dir());
    known.extend(std::env::current_exe());
    let above = |path: &PathBuf| path.ancestors().skip(1).take(4).map(Path::to_path_buf).collect::<Vec<_>>();
    let mut places: Vec<PathBuf> = known.iter().flat_map(above).filter(|path| path.parent().is_some()).collect();
    places.sort();
    places.dedup();
    places
}

/// The right solution.
fn right(input: Receiver<u64>, work: Work) -> Receiver<u64> {
    let (output, receiver) = mpsc::channel(8);
    let input = Arc::new(Mutex::new(input));
    for _ in 0..8 {
        tokio::spawn(worker(input.clone(), work.clone(), output.clone()));
    }
    receiver
}

async fn worker(input: Arc<Mutex<Receiver<u64>>>, work: Work, output: Sender<u64>) {
    while let Some(number) = next(&input).await {
        work.run(number).await;
        if output.send(number * 2).await.is_err() {
            return;
        }
    }
}

async fn next(input: &Mutex<Receiver<u64>>) -> Option<u64> {
    input.lock().await.recv().await
}
