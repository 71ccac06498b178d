extern crate fan_out_08 as task;
#[path = "../../../../tests/fan-out/08-configurable-widths/acceptance.rs"]
mod acceptance;
