//! The solution, judged by hand: `cargo test -p fan-out-04-solution`.
extern crate fan_out_04_solution as task;
#[path = "../../../../tests/fan-out/04-cancellable-fan-out/acceptance.rs"]
mod acceptance;
