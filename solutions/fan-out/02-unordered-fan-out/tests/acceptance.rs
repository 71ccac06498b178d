//! The solution, judged by hand: `cargo test -p fan-out-02-solution`.
extern crate fan_out_02_solution as task;
#[path = "../../../../tests/fan-out/02-unordered-fan-out/acceptance.rs"]
mod acceptance;
