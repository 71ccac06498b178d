//! The solution, judged by hand: `cargo test -p fan-out-19-solution`.
extern crate fan_out_19_solution as task;
#[path = "../../../../tests/fan-out/19-aimd-width/acceptance.rs"]
mod acceptance;
