//! For contributors.

pub(crate) mod new;
pub(crate) mod soak;
pub(crate) mod tidy;
