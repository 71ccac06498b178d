//! The solution, judged by hand: `cargo test -p fan-out-s5-solution`.
extern crate fan_out_s5_solution as task;
#[path = "../../../../tests/fan-out/s5-saga/acceptance.rs"]
mod acceptance;
