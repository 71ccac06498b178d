extern crate fan_out_07 as task;
#[path = "../../../../tests/fan-out/07-failure-modes/acceptance.rs"]
mod acceptance;
