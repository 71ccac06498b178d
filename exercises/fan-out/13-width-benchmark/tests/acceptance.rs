extern crate fan_out_13 as task;
#[path = "../../../../tests/fan-out/13-width-benchmark/acceptance.rs"]
mod acceptance;
