//! The solution, judged by hand: `cargo test -p fan-out-05-solution`.
extern crate fan_out_05_solution as task;
#[path = "../../../../tests/fan-out/05-per-key-fan-out/acceptance.rs"]
mod acceptance;
