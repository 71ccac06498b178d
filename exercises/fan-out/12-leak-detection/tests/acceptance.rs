extern crate fan_out_12 as task;
#[path = "../../../../tests/fan-out/12-leak-detection/acceptance.rs"]
mod acceptance;
