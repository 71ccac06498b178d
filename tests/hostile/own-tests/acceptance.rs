#[test]
fn every_number_doubled_once() {}
