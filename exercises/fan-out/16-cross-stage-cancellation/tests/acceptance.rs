extern crate fan_out_16 as task;
#[path = "../../../../tests/fan-out/16-cross-stage-cancellation/acceptance.rs"]
mod acceptance;
