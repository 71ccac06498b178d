//! The solution, judged by hand: `cargo test -p fan-out-s4-solution`.
extern crate fan_out_s4_solution as task;
#[path = "../../../../tests/fan-out/s4-causal-order/acceptance.rs"]
mod acceptance;
