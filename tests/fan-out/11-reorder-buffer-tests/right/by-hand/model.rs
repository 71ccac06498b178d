//! Three threads: two insert, and the second of them closes.

use workbook::model::{block_on, name, spawn};
use workbook::reorder::{Entry, Make};

pub fn model(make: Make) {
    name("taker");
    let entry = |seq| Entry { seq, value: seq };
    let buffer = make(1);
    let (first, second) = (buffer.clone(), buffer.clone());
    let zero = spawn("inserter of 0", move || block_on("`insert`", first.insert(entry(0))));
    spawn("inserter of 1", move || {
        block_on("`insert`", second.insert(entry(1)));
        zero.join().expect("an inserter does not panic");
        second.close();
    });
    let seen: Vec<Entry> = std::iter::from_fn(|| block_on("`next`", buffer.next())).collect();
    assert_eq!(seen, [entry(0), entry(1)]);
}
