extern crate fan_out_11 as task;
#[path = "../../../../tests/fan-out/11-reorder-buffer-tests/acceptance.rs"]
mod acceptance;
