//! What is compared.

use serde::Deserialize;

/// A file in both versions; one that only one of them has has one text.
#[derive(Debug, Deserialize)]
pub(crate) struct Pair {
    /// The learner's path, from the workbook's root.
    pub(crate) path: String,
    pub(crate) own: Option<String>,
    pub(crate) reference: Option<String>,
}

impl Pair {
    pub(crate) fn differs(&self) -> bool {
        self.own != self.reference
    }

    pub(crate) fn texts(&self) -> (&str, &str) {
        (self.own.as_deref().unwrap_or_default(), self.reference.as_deref().unwrap_or_default())
    }
}
