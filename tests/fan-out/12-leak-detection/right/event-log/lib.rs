//! A log of what the hooks saw, which is read at the end; the metrics only say whether there is anything to read.

mod demonstration;
mod registry;

pub use demonstration::{Detector, shows_a_leak};

use registry::{Event, log};
use std::collections::HashMap;
use std::time::Duration;

pub const GRACE: Duration = Duration::from_secs(1);

pub fn assert_no_leaks<F: Future>(test: F) -> F::Output {
    assert_no_leaks_beside(async {}, |()| test)
}

pub fn assert_no_leaks_beside<S, F: Future>(fixture: impl Future<Output = S>, test: impl FnOnce(S) -> F) -> F::Output {
    let (runtime, events) = log();
    let fixture = runtime.block_on(fixture);
    let before: Vec<Event> = events.try_iter().collect();
    let output = runtime.block_on(async { test(fixture).await });
    runtime.block_on(async { tokio::time::sleep(GRACE).await });
    if runtime.metrics().num_alive_tasks() == 0 {
        return output;
    }
    let mut leaked = HashMap::new();
    for event in events.try_iter() {
        match event {
            Event::Spawned(id, site) => leaked.insert(id, site),
            Event::Ended(id) => leaked.remove(&id),
        };
    }
    assert!(leaked.is_empty(), "leaked: {:#?}, beside {} events before", leaked.values(), before.len());
    output
}
