//! The solution, judged by hand: `cargo test -p fan-out-13-solution`.
extern crate fan_out_13_solution as task;
#[path = "../../../../tests/fan-out/13-width-benchmark/acceptance.rs"]
mod acceptance;
