//! What simulations share: chance, a downstream with so many places, and percentiles.

use crate::print::thousands;
use crate::{Options, virtual_time};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use std::future::Future;
use std::ops::RangeInclusive;
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::time::sleep;

/// Runs a future on one thread, on a paused clock. What Tokio draws by lot comes from the seed as well.
pub(crate) fn on_virtual_time<F: Future>(seed: u64, body: F) -> F::Output {
    virtual_time::block_on(&Options { seed }, body)
}

/// Random numbers of one experiment, or of one part of it that has a number of its own.
pub(crate) fn random(seed: u64, part: u64) -> StdRng {
    StdRng::seed_from_u64(seed.wrapping_mul(1_000_003).wrapping_add(part))
}

/// Milliseconds, drawn evenly.
pub(crate) fn between(random: &mut StdRng, ms: RangeInclusive<u64>) -> Duration {
    Duration::from_millis(random.random_range(ms))
}

/// The time to the next arrival, where arrivals are independent of each other: exponential, in whole microseconds.
pub(crate) fn next_arrival(random: &mut StdRng, per_second: f64) -> Duration {
    let even: f64 = random.random_range(f64::MIN_POSITIVE..1.0);
    Duration::from_micros((-even.ln() / per_second * 1e6) as u64)
}

/// The nearest rank: element number ⌈share × n⌉ of the sorted values, counted from 1.
pub(crate) fn percentile(values: &mut [Duration], share: f64) -> Duration {
    if values.is_empty() {
        return Duration::ZERO;
    }
    let rank = (share * values.len() as f64).ceil().max(1.0) as usize - 1;
    *values.select_nth_unstable(rank).1
}

/// Milliseconds with as many digits as make sense.
pub(crate) fn ms(time: Duration) -> String {
    let ms = time.as_secs_f64() * 1e3;
    if ms >= 9.95 || ms == ms.round() { thousands(ms.round() as u64) } else { format!("{ms:.1}") }
}

/// A service with so many places. Who finds none waits in the order of arrival.
pub(crate) struct Service {
    places: Semaphore,
}

impl Service {
    pub(crate) fn new(places: usize) -> Service {
        Service { places: Semaphore::new(places) }
    }

    /// One call that works for so long, once it has a place.
    pub(crate) async fn call(&self, work: Duration) {
        let _place = self.places.acquire().await.expect("the service is never closed");
        sleep(work).await;
    }

    /// More places, at once.
    pub(crate) fn grow(&self, by: usize) {
        self.places.add_permits(by);
    }

    /// Fewer places, as they become free.
    pub(crate) async fn shrink(&self, by: usize) {
        self.places.acquire_many(by as u32).await.expect("the service is never closed").forget();
    }
}
