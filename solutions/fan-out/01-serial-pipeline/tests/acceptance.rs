//! The solution, judged by hand: `cargo test -p fan-out-01-solution`.
extern crate fan_out_01_solution as task;
#[path = "../../../../tests/fan-out/01-serial-pipeline/acceptance.rs"]
mod acceptance;
