//! A program that the tests run.

use std::io::Write;

fn main() {
    let (chunk, mut out) = ([b'x'; 1 << 16], std::io::stdout());
    while out.write_all(&chunk).is_ok() {}
}
