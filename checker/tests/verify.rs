//! The workbook's proof of itself, as part of `cargo test`.

mod support;

use support::{checker, repository};

/// Every stub fails, every solution and right design passes, every wrong solution is caught where it says.
#[test]
fn the_workbook_is_verified() {
    checker(&repository(), &["verify"]).exits(0).says("verified");
}

/// Folders, stubs, solutions, variants and chapters fit together.
#[test]
fn the_workbook_is_tidy() {
    checker(&repository(), &["dev", "tidy"]).exits(0).says("0 findings");
}
