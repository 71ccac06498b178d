//! The solution, judged by hand: `cargo test -p fan-out-s3-solution`.
extern crate fan_out_s3_solution as task;
#[path = "../../../../tests/fan-out/s3-across-processes/acceptance.rs"]
mod acceptance;
