//! A task for each number under two semaphores, window and width; a guard reports the number of a panic. No workers.

mod reorder;

pub use reorder::{Missing, ReorderBuffer};

use std::future::poll_fn;
use std::sync::Arc;
use tokio::sync::Semaphore;
use tokio::sync::mpsc::{self, Receiver, Sender};
use tokio::task::JoinSet;
use workbook::Work;
pub const WORKERS: usize = 8;
pub const WINDOW: usize = 32;
pub const OUTPUT_CAPACITY: usize = 4;
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tagged<T> {
    pub seq: u64,
    pub value: T,
}
pub fn ordered_doubler(input: Receiver<Tagged<u64>>, work: Work) -> Receiver<Result<Tagged<u64>, Missing>> {
    let (output, receiver) = mpsc::channel(OUTPUT_CAPACITY);
    tokio::spawn(async move {
        tokio::select! {
            biased;
            () = run(input, work, &output) => {}
            () = output.closed() => {}
        }
    });
    receiver
}

async fn run(mut input: Receiver<Tagged<u64>>, work: Work, output: &Sender<Result<Tagged<u64>, Missing>>) {
    let window = Semaphore::new(WINDOW);
    let width = Arc::new(Semaphore::new(WORKERS));
    let buffer = Arc::new(ReorderBuffer::new());
    let mut tasks = JoinSet::new();
    let mut expected = 0;
    let fill = async {
        while let Some(Tagged { seq, value }) = input.recv().await {
            for missing in expected..seq {
                admit(&window).await;
                buffer.lose(missing);
            }
            expected = seq + 1;
            admit(&window).await;
            let Ok(permit) = width.clone().acquire_owned().await else { return };
            let (work, guard) = (work.clone(), Guard { seq, buffer: buffer.clone(), armed: true });
            tasks.spawn(async move {
                let _permit = permit;
                work.run(value).await;
                guard.done(value * 2);
            });
            while tasks.try_join_next().is_some() {}
        }
        while tasks.join_next().await.is_some() {}
        buffer.close();
    };
    let emit = async {
        while let Some(result) = poll_fn(|cx| buffer.poll_next(cx)).await {
            if output.send(result).await.is_err() {
                return;
            }
            window.add_permits(1);
        }
    };
    tokio::join!(fill, emit);
}

async fn admit(window: &Semaphore) {
    if let Ok(permit) = window.acquire().await {
        permit.forget();
    }
}

struct Guard {
    seq: u64,
    buffer: Arc<ReorderBuffer<u64>>,
    armed: bool,
}

impl Guard {
    fn done(mut self, value: u64) {
        self.armed = false;
        self.buffer.insert(Tagged { seq: self.seq, value });
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        if self.armed {
            self.buffer.lose(self.seq);
        }
    }
}
