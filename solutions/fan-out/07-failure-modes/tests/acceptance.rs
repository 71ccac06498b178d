//! The solution, judged by hand: `cargo test -p fan-out-07-solution`.
extern crate fan_out_07_solution as task;
#[path = "../../../../tests/fan-out/07-failure-modes/acceptance.rs"]
mod acceptance;
