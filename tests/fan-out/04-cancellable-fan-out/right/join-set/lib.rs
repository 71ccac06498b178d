//! Right: a dispatcher that owns a `JoinSet` of at most eight items; dropping the set aborts them.

use tokio::sync::mpsc::{self, Receiver};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use workbook::Work;

pub const WORKERS: usize = 8;
pub const PRODUCER_CAPACITY: usize = 8;
pub const OUTPUT_CAPACITY: usize = 8;

pub fn producer<I>(numbers: I, token: CancellationToken) -> Receiver<u64>
where
    I: IntoIterator<Item = u64>,
    I::IntoIter: Send + 'static,
{
    let (output, receiver) = mpsc::channel(PRODUCER_CAPACITY);
    let numbers = numbers.into_iter();
    tokio::spawn(async move {
        for number in numbers {
            if !matches!(token.run_until_cancelled(output.send(number)).await, Some(Ok(()))) {
                return;
            }
        }
    });
    receiver
}

pub fn fan_out(mut input: Receiver<u64>, work: Work, token: CancellationToken) -> Receiver<u64> {
    let (output, receiver) = mpsc::channel(OUTPUT_CAPACITY);
    tokio::spawn(async move {
        let mut items = JoinSet::new();
        let mut open = true;
        while open || !items.is_empty() {
            tokio::select! {
                biased;
                () = token.cancelled() => return,
                Some(done) = items.join_next(), if !items.is_empty() => {
                    if matches!(done, Ok(Err(_))) {
                        return;
                    }
                }
                next = input.recv(), if open && items.len() < WORKERS => match next {
                    Some(number) => {
                        let (work, output) = (work.clone(), output.clone());
                        items.spawn(async move {
                            work.run(number).await;
                            output.send(number * 2).await
                        });
                    }
                    None => open = false,
                },
            }
        }
    });
    receiver
}
