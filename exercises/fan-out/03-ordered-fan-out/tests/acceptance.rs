extern crate fan_out_03 as task;
#[path = "../../../../tests/fan-out/03-ordered-fan-out/acceptance.rs"]
mod acceptance;
