extern crate fan_out_04 as task;
#[path = "../../../../tests/fan-out/04-cancellable-fan-out/acceptance.rs"]
mod acceptance;
