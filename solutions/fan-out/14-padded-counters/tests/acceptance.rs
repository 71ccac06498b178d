//! The solution, judged by hand: `cargo test -p fan-out-14-solution`.
extern crate fan_out_14_solution as task;
#[path = "../../../../tests/fan-out/14-padded-counters/acceptance.rs"]
mod acceptance;
