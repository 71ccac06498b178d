extern crate fan_out_s3 as task;
#[path = "../../../../tests/fan-out/s3-across-processes/acceptance.rs"]
mod acceptance;
