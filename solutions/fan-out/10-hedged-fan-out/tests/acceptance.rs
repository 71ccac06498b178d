//! The solution, judged by hand: `cargo test -p fan-out-10-solution`.
extern crate fan_out_10_solution as task;
#[path = "../../../../tests/fan-out/10-hedged-fan-out/acceptance.rs"]
mod acceptance;
