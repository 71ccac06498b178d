//! The solution, judged by hand: `cargo test -p fan-out-03-solution`.
extern crate fan_out_03_solution as task;
#[path = "../../../../tests/fan-out/03-ordered-fan-out/acceptance.rs"]
mod acceptance;
