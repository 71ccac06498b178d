extern crate fan_out_14 as task;
#[path = "../../../../tests/fan-out/14-padded-counters/acceptance.rs"]
mod acceptance;
