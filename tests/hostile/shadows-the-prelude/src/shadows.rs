//! Names that everyone uses.

pub enum Option<T> {
    None(std::marker::PhantomData<T>),
}

pub struct Vec<T>(std::marker::PhantomData<T>);

pub type Result<T> = Option<T>;

pub fn drop<T>(_: T) {}

pub struct Verdict;

pub fn channel() {}

#[macro_export]
macro_rules! assert_eq {
    ($($any:tt)*) => {};
}

#[macro_export]
macro_rules! assert {
    ($($any:tt)*) => {};
}

#[macro_export]
macro_rules! panic {
    ($($any:tt)*) => {
        return
    };
}

#[macro_export]
macro_rules! println {
    ($($any:tt)*) => {};
}

#[macro_export]
macro_rules! criterion {
    ($($any:tt)*) => {};
}
