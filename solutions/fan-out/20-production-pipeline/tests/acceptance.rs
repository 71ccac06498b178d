//! The solution, judged by hand: `cargo test -p fan-out-20-solution`.
extern crate fan_out_20_solution as task;
#[path = "../../../../tests/fan-out/20-production-pipeline/acceptance.rs"]
mod acceptance;
