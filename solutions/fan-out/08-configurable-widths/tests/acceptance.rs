//! The solution, judged by hand: `cargo test -p fan-out-08-solution`.
extern crate fan_out_08_solution as task;
#[path = "../../../../tests/fan-out/08-configurable-widths/acceptance.rs"]
mod acceptance;
