extern crate fan_out_15 as task;
#[path = "../../../../tests/fan-out/15-per-tenant-bulkhead/acceptance.rs"]
mod acceptance;
