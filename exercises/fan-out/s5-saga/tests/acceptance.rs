extern crate fan_out_s5 as task;
#[path = "../../../../tests/fan-out/s5-saga/acceptance.rs"]
mod acceptance;
