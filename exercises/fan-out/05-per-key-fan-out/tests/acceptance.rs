extern crate fan_out_05 as task;
#[path = "../../../../tests/fan-out/05-per-key-fan-out/acceptance.rs"]
mod acceptance;
