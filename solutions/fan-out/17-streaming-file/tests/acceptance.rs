//! The solution, judged by hand: `cargo test -p fan-out-17-solution`.
extern crate fan_out_17_solution as task;
#[path = "../../../../tests/fan-out/17-streaming-file/acceptance.rs"]
mod acceptance;
