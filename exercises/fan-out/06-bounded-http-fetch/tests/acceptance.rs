extern crate fan_out_06 as task;
#[path = "../../../../tests/fan-out/06-bounded-http-fetch/acceptance.rs"]
mod acceptance;
