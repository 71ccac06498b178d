//! The solution, judged by hand: `cargo test -p fan-out-16-solution`.
extern crate fan_out_16_solution as task;
#[path = "../../../../tests/fan-out/16-cross-stage-cancellation/acceptance.rs"]
mod acceptance;
