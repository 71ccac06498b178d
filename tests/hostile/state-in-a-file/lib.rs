//! Task: fan-out/2
//! Expect: all crash
//! Contained: each criterion finds an empty scratch folder, and nothing else that can be written
//!
//! What the first criterion leaves behind, the next one finds: so a submission can count where it is.

use std::fs;
use std::path::PathBuf;
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
    let mut places = vec![std::env::temp_dir(), PathBuf::from("."), PathBuf::from("/tmp"), PathBuf::from("/var/tmp")];
    places.push(PathBuf::from("/dev/shm"));
    places.extend(std::env::home_dir());
    places.extend(std::env::current_exe().ok().and_then(|program| program.parent().map(PathBuf::from)));
    let notes: Vec<PathBuf> = places.iter().map(|place| place.join("workbook-hostile-note")).collect();
    let there = notes.iter().any(|note| note.exists());
    for note in &notes {
        let _ = fs::write(note, "seen");
    }
    there
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
