extern crate fan_out_09 as task;
#[path = "../../../../tests/fan-out/09-backpressure-observed/acceptance.rs"]
mod acceptance;
