//! Busy-waiting.

use crate::wrong;
use std::time::Duration;
use verdict::Kind::Spin;

#[path = "../subjects/spins.rs"]
mod subject;

mod right {
    use super::subject;
    use harness::{check, criterion, drain, ms};
    use tokio::sync::mpsc;

    /// A parked stage is not polled.
    #[criterion]
    async fn parked() {
        let (tx, rx) = mpsc::channel(1);
        subject::parked(rx);
        check::parked_for(ms(10_000)).await.usually("");
        drop(tx);
    }

    /// A few thousand items at one instant are work, not a spin.
    #[criterion]
    async fn many_at_an_instant() {
        check::equal("items", drain(subject::pass_on(15_000)).await.len(), 15_000).usually("");
    }

    /// A test that needs more says so.
    #[criterion(polls = 100_000)]
    async fn more_at_an_instant() {
        check::equal("items", drain(subject::pass_on(50_000)).await.len(), 50_000).usually("");
    }
}

mod wrong {
    use super::subject;
    use harness::{check, criterion, ms};
    use tokio::sync::mpsc;

    /// A stage yields instead of waiting.
    #[criterion]
    #[should_panic]
    async fn busy() {
        let (tx, rx) = mpsc::channel(1);
        subject::busy(rx);
        harness::pass(ms(10)).await;
        drop(tx);
    }

    /// A stage sleeps instead of waiting.
    #[criterion]
    #[should_panic]
    async fn polite() {
        let (tx, rx) = mpsc::channel(1);
        subject::polite(rx);
        check::parked_for(ms(10_000)).await.usually("a loop around `try_recv` with a pause");
        drop(tx);
    }

    /// What the test calls yields instead of waiting.
    #[criterion(deadline = 1)]
    #[should_panic]
    async fn busy_in_the_call() {
        let (_tx, mut rx) = mpsc::channel(1);
        subject::busy_in_the_call(&mut rx).await;
    }
}

#[test]
fn busy() {
    wrong("spins", "busy")
        .kind(Spin)
        .seen("the task spawned at [busy-spawn] was polled more than 20000 times while the clock stood still")
        .at("busy-spawn")
        .usually("busy-waiting")
        .within(Duration::from_secs(5));
}

#[test]
fn polite() {
    wrong("spins", "polite")
        .kind(Spin)
        .seen("10000 polls in 10 s of virtual time in which nothing could move")
        .evidence("10000 of them of the task spawned at [polite-spawn]")
        .at("polite-spawn")
        .usually("with a pause");
}

#[test]
fn busy_in_the_call() {
    wrong("spins", "busy_in_the_call").kind(Spin).seen("a call from the test was polled").usually("busy-waiting");
}
