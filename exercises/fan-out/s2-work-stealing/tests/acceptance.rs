extern crate fan_out_s2 as task;
#[path = "../../../../tests/fan-out/s2-work-stealing/acceptance.rs"]
mod acceptance;
