extern crate fan_out_01 as task;
#[path = "../../../../tests/fan-out/01-serial-pipeline/acceptance.rs"]
mod acceptance;
