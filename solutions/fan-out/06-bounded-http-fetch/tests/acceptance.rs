//! The solution, judged by hand: `cargo test -p fan-out-06-solution`.
extern crate fan_out_06_solution as task;
#[path = "../../../../tests/fan-out/06-bounded-http-fetch/acceptance.rs"]
mod acceptance;
