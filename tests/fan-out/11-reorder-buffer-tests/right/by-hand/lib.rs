//! Futures polled by hand, without a timer or a task: what is still pending after ten polls waits for something else.

mod model;

pub use model::model;

use std::pin::Pin;
use std::task::{Context, Poll, Waker};
use tokio::task::yield_now;
use workbook::reorder::{Entry, Make, ReorderBuffer};

pub const NUMBERS: u64 = 100;

pub const WORKERS: usize = 10;

pub const BOUND: usize = 10;

type Inserting<'a> = (u64, Pin<Box<dyn Future<Output = ()> + Send + 'a>>);

pub async fn suite(make: Make) {
    rounds(&*make(BOUND)).await;
    full(&*make(BOUND)).await;
}

async fn ready<F: Future + Unpin>(future: &mut F) -> Option<F::Output> {
    for _ in 0..10 {
        if let Poll::Ready(output) = Pin::new(&mut *future).poll(&mut Context::from_waker(Waker::noop())) {
            return Some(output);
        }
        yield_now().await;
    }
    None
}

fn entry(seq: u64) -> Entry {
    Entry { seq, value: 7 * seq }
}

/// In each round of ten, the first number comes last, after the nine others and the next nine have been tried.
async fn rounds(buffer: &dyn ReorderBuffer) {
    let mut pending: Vec<Inserting<'_>> = Vec::new();
    let mut expected = 0;
    for round in 0..NUMBERS / 10 {
        let (first, end) = (round * 10, (round * 10 + 20).min(NUMBERS));
        let later = (first + 1..end).filter(|seq| seq % 10 != 0 && (round == 0 || *seq >= first + 10));
        for seq in later.rev().chain([first]) {
            pending.push((seq, buffer.insert(entry(seq))));
        }
        // Everybody gets a turn until nobody moves.
        loop {
            let before = (pending.len(), expected);
            for (seq, mut inserting) in std::mem::take(&mut pending) {
                if ready(&mut inserting).await.is_none() {
                    pending.push((seq, inserting));
                }
                assert!(buffer.len() <= BOUND, "the buffer holds {}", buffer.len());
            }
            while let Some(taken) = ready(&mut buffer.next()).await {
                assert_eq!(taken, Some(entry(expected)));
                expected += 1;
            }
            if before == (pending.len(), expected) {
                break;
            }
        }
        let stuck: Vec<u64> = pending.iter().map(|(seq, _)| *seq).filter(|seq| *seq < expected + 10).collect();
        assert_eq!(stuck, Vec::<u64>::new(), "these are within the bound, and wait");
    }
    assert_eq!(expected, NUMBERS);
    buffer.close();
    assert_eq!(ready(&mut buffer.next()).await, Some(None));
    assert!(buffer.is_empty());
}

async fn full(buffer: &dyn ReorderBuffer) {
    for seq in (0..10).rev() {
        assert_eq!(ready(&mut buffer.insert(entry(seq))).await, Some(()), "{seq} is within the bound");
    }
    assert_eq!(buffer.len(), BOUND);
    assert_eq!(ready(&mut buffer.insert(entry(10))).await, None, "there is no room for 10");
    buffer.close();
    for seq in 0..10 {
        assert_eq!(ready(&mut buffer.next()).await, Some(Some(entry(seq))));
    }
    assert_eq!(ready(&mut buffer.next()).await, Some(None));
}
