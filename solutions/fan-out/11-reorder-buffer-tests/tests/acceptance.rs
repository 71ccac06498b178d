//! The solution, judged by hand: `cargo test -p fan-out-11-solution`.
extern crate fan_out_11_solution as task;
#[path = "../../../../tests/fan-out/11-reorder-buffer-tests/acceptance.rs"]
mod acceptance;
