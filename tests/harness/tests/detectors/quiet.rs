//! Exactness: quiescence, the clock, randomness.

use crate::judge;
use verdict::{Kind, Order};

#[path = "../subjects/quiet.rs"]
mod subject;

mod right {
    use super::subject;
    use harness::{Source, assert_pending, assert_ready_eq, check, criterion, ms, pass, quiescent, random, task};
    use rand::RngExt;
    use tokio::sync::mpsc;
    use tokio::time::Instant;

    /// `quiescent` ends when nothing can move, however many steps that takes, and the clock stands still.
    #[criterion]
    async fn quiescence_is_exact() {
        let (tx, rx) = mpsc::channel(1);
        let start = Instant::now();
        // Each of 100 stages has one item in its channel and one in its hand; the first channel has one more.
        let output = subject::relay(rx, 100);
        let fed = Source::new(0..1000);
        let taken = fed.counter();
        tokio::spawn(async move {
            for item in fed {
                if tx.send(item).await.is_err() {
                    return;
                }
            }
        });
        quiescent().await;
        check::equal("items taken", taken.count(), 1 + 2 * 100 + 1).usually("");
        quiescent().await;
        check::equal("items taken", taken.count(), 1 + 2 * 100 + 1).usually("");
        check::took(start, ms(0), ms(0)).usually("");
        drop(output);
    }

    /// `quiescent` does not end early because the test's task is woken by a channel that it has waited for before.
    #[criterion]
    async fn a_stale_waker_does_not_end_it() {
        let (tx, mut rx) = mpsc::channel(8);
        check::that(tokio::time::timeout(ms(1), rx.recv()).await.is_err(), "an item").usually("");
        let source = Source::new(0..3);
        let taken = source.counter();
        tokio::spawn(async move {
            for item in source {
                let _ = tx.send(item).await;
                for _ in 0..10 {
                    tokio::task::yield_now().await;
                }
            }
        });
        quiescent().await;
        check::equal("items taken", taken.count(), 3).usually("");
    }

    /// `pass` is exactly as long as it says, and all that was due has happened.
    #[criterion]
    async fn passing() {
        let (tx, mut rx) = mpsc::channel(1);
        let start = Instant::now();
        tokio::spawn(async move {
            tokio::time::sleep(ms(5)).await;
            let _ = tx.send(1).await;
        });
        pass(ms(4)).await;
        check::that(rx.try_recv().is_err(), "an item after 4 ms").usually("");
        pass(ms(1)).await;
        check::equal("the item", rx.try_recv().ok(), Some(1)).usually("");
        check::took(start, ms(5), ms(0)).usually("");
    }

    /// Two tests of quiescence at one time both end.
    #[criterion]
    async fn two_wait_for_quiescence() {
        tokio::join!(quiescent(), async {
            quiescent().await;
            quiescent().await;
        });
        let other = tokio::spawn(quiescent());
        quiescent().await;
        let _ = other.await;
    }

    /// The source counts what was taken.
    #[criterion]
    async fn source() {
        let mut source = Source::new(1..=3);
        let taken = source.counter();
        check::equal("taken", (source.next(), taken.count()), (Some(1), 1)).usually("");
        check::equal("taken", (source.by_ref().count(), taken.count()), (2, 3)).usually("");
        check::equal("taken", (source.next(), taken.count()), (None, 3)).usually("");
    }

    /// Streams of random numbers differ, and repeat.
    #[criterion]
    async fn randomness() {
        let numbers = |stream| -> Vec<u64> {
            let mut random = random(stream);
            (0..4).map(|_| random.random()).collect()
        };
        check::items(&numbers(1), &numbers(1)).usually("");
        check::that(numbers(1) != numbers(2), "equal streams").usually("");
        println!("random {:?}", numbers(1));
    }

    /// A future can be polled step by step.
    #[criterion]
    async fn steps() {
        let (tx, mut rx) = mpsc::channel(1);
        let mut receiving = task::spawn(rx.recv());
        assert_pending!(receiving.poll());
        check::equal("wakes", receiving.is_woken(), false).usually("");
        let _ = tx.try_send(7);
        check::equal("wakes", receiving.is_woken(), true).usually("");
        assert_ready_eq!(receiving.poll(), Some(7));
    }

    /// What `select!` takes depends on the seed alone.
    #[criterion]
    async fn choices() {
        println!("choices {}", subject::choices().await);
    }
}

/// What a criterion printed after this word, with this seed.
fn printed(test: &str, word: &str, seed: u64) -> String {
    let judged = judge(test, &Order { seed, ..Order::default() });
    assert_eq!(judged.verdict.kind, Kind::Pass, "{}", judged.verdict);
    let line = judged.output.lines().find_map(|line| line.strip_prefix(word));
    line.unwrap_or_else(|| panic!("{word} in {}", judged.output)).to_owned()
}

#[test]
fn the_seed_decides_what_select_takes() {
    let choices = |seed| printed("quiet::right::choices", "choices ", seed);
    let one = choices(1);
    assert!(one.contains('a') && one.contains('b'), "{one}");
    assert_eq!(one, choices(1));
    assert_ne!(one, choices(2));
}

#[test]
fn the_seed_decides_what_is_random() {
    let numbers = |seed| printed("quiet::right::randomness", "random ", seed);
    assert_eq!(numbers(1), numbers(1));
    assert_ne!(numbers(1), numbers(2));
}
