//! A runtime whose clock is paused and whose chance is seeded.

use crate::Options;
use std::future::Future;
use tokio::runtime::{Builder, RngSeed};

/// Runs `body` on a current-thread runtime with a paused clock. What it does is a function of the seed, as long as it
/// draws its chance from [`rng`].
pub(crate) fn block_on<F: Future>(options: &Options, body: F) -> F::Output {
    Builder::new_current_thread()
        .enable_all()
        .start_paused(true)
        .rng_seed(RngSeed::from_bytes(&options.seed.to_le_bytes()))
        .build()
        .expect("a runtime")
        .block_on(body)
}
