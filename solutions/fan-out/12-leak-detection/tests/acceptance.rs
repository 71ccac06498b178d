//! The solution, judged by hand: `cargo test -p fan-out-12-solution`.
extern crate fan_out_12_solution as task;
#[path = "../../../../tests/fan-out/12-leak-detection/acceptance.rs"]
mod acceptance;
