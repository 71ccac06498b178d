//! Task: fan-out/2
//! Expect: all memory|crash
//! Contained: memory stays within its limit, and the machine does not swap
//!
//! Memory is the machine's; whoever takes it all ends the others.

use tokio::sync::mpsc::Receiver;
use workbook::Work;

/// What the header says.
pub fn fan_out(input: Receiver<u64>, work: Work) -> Receiver<u64> {
    let _ = (input, work);
    let mut hoard: Vec<Vec<u8>> = Vec::new();
    loop {
        hoard.push(vec![1; 64 << 20]);
        std::hint::black_box(&hoard);
    }
}
