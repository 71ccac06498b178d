extern crate fan_out_18 as task;
#[path = "../../../../tests/fan-out/18-reusable-pool/acceptance.rs"]
mod acceptance;
