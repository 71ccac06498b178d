extern crate fan_out_s1 as task;
#[path = "../../../../tests/fan-out/s1-limit-group/acceptance.rs"]
mod acceptance;
