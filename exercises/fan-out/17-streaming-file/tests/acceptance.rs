extern crate fan_out_17 as task;
#[path = "../../../../tests/fan-out/17-streaming-file/acceptance.rs"]
mod acceptance;
