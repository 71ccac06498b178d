//! Small stages whose every step is known.

use tokio::sync::mpsc;

/// Hands items on through `stages` tasks with room for one between each.
pub(crate) fn relay(mut input: mpsc::Receiver<u64>, stages: usize) -> mpsc::Receiver<u64> {
    for _ in 0..stages {
        let (tx, rx) = mpsc::channel(1);
        let mut from = std::mem::replace(&mut input, rx);
        tokio::spawn(async move {
            while let Some(item) = from.recv().await {
                if tx.send(item).await.is_err() {
                    return;
                }
            }
        });
    }
    input
}

/// Which of two ready branches `select!` takes, sixty-four times.
pub(crate) async fn choices() -> String {
    let mut taken = String::new();
    for _ in 0..64 {
        taken.push(tokio::select! {
            () = std::future::ready(()) => 'a',
            () = std::future::ready(()) => 'b',
        });
    }
    taken
}
