//! The solution, judged by hand: `cargo test -p fan-out-s2-solution`.
extern crate fan_out_s2_solution as task;
#[path = "../../../../tests/fan-out/s2-work-stealing/acceptance.rs"]
mod acceptance;
