//! The solution, judged by hand: `cargo test -p fan-out-s1-solution`.
extern crate fan_out_s1_solution as task;
#[path = "../../../../tests/fan-out/s1-limit-group/acceptance.rs"]
mod acceptance;
