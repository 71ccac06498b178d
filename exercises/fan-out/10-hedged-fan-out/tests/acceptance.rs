extern crate fan_out_10 as task;
#[path = "../../../../tests/fan-out/10-hedged-fan-out/acceptance.rs"]
mod acceptance;
