extern crate fan_out_s4 as task;
#[path = "../../../../tests/fan-out/s4-causal-order/acceptance.rs"]
mod acceptance;
