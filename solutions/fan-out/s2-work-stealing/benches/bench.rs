//! The benchmark, where CI's compiler sees it. `cargo checker bench s2 --solution` runs it.
extern crate fan_out_s2_solution as task;
#[path = "../../../../tests/fan-out/s2-work-stealing/bench.rs"]
mod bench;

fn main() {
    bench::main();
}
