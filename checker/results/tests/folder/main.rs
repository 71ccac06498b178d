//! Results folders from outside: their bytes, their formats, and what no kill and no change can do to them.

mod class;
mod formats;
mod golden;
mod journal;
mod kill;
