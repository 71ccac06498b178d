extern crate fan_out_20 as task;
#[path = "../../../../tests/fan-out/20-production-pipeline/acceptance.rs"]
mod acceptance;
