//! The solution, judged by hand: `cargo test -p fan-out-09-solution`.
extern crate fan_out_09_solution as task;
#[path = "../../../../tests/fan-out/09-backpressure-observed/acceptance.rs"]
mod acceptance;
