//! The solution, judged by hand: `cargo test -p fan-out-18-solution`.
extern crate fan_out_18_solution as task;
#[path = "../../../../tests/fan-out/18-reusable-pool/acceptance.rs"]
mod acceptance;
