extern crate fan_out_19 as task;
#[path = "../../../../tests/fan-out/19-aimd-width/acceptance.rs"]
mod acceptance;
