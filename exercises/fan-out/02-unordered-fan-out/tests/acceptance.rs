extern crate fan_out_02 as task;
#[path = "../../../../tests/fan-out/02-unordered-fan-out/acceptance.rs"]
mod acceptance;
