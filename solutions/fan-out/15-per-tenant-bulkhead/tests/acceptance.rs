//! The solution, judged by hand: `cargo test -p fan-out-15-solution`.
extern crate fan_out_15_solution as task;
#[path = "../../../../tests/fan-out/15-per-tenant-bulkhead/acceptance.rs"]
mod acceptance;
