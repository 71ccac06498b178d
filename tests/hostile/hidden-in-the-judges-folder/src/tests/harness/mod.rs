/// Panics where the judge would.
pub fn give_up() {
    panic!("the judge is broken");
}
