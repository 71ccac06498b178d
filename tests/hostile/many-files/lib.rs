//! Task: fan-out/2
//! Expect: all crash|memory|output|blocked
//! Contained: no more files are made than the scratch folder may hold, and none of them stays
//!
//! A disk runs out of inodes long before it runs out of room.

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

const ENOUGH: u32 = 1_000_000;

fn reached() -> bool {
    let places = [std::env::temp_dir(), PathBuf::from("."), PathBuf::from("/var/tmp"), PathBuf::from("/tmp")];
    places.iter().any(|folder| {
        let folder = folder.join(format!("many-{}", std::process::id()));
        let made = fs::create_dir(&folder).is_ok()
            && (0..ENOUGH).all(|number| fs::write(folder.join(number.to_string()), "").is_ok());
        let _ = fs::remove_dir_all(&folder);
        made
    })
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
