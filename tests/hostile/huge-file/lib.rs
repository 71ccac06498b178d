//! Task: fan-out/2
//! Expect: all crash|memory|output|blocked
//! Contained: no more is written than the scratch folder may hold, and nothing of it stays
//!
//! A file may be larger than the disk has room for, and then nobody can write.

use std::fs::File;
use std::io::Write;
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

/// Where the file would end in any case.
const ENOUGH: u64 = 16 << 30;

fn reached() -> bool {
    let places = [std::env::temp_dir(), PathBuf::from("."), PathBuf::from("/var/tmp"), PathBuf::from("/tmp")];
    places.iter().any(|folder| {
        let path = folder.join(format!("huge-{}", std::process::id()));
        let Ok(mut file) = File::create(&path) else { return false };
        let (chunk, mut written) = (vec![1; 1 << 20], 0);
        while written < ENOUGH && file.write_all(&chunk).is_ok() {
            written += chunk.len() as u64;
        }
        let _ = std::fs::remove_file(&path);
        written == ENOUGH
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
