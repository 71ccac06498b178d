//! The name of a test that says nothing of it.
//!
//! The attributes are built without this crate's dependencies, so they have this file by its path.

use std::hash::{DefaultHasher, Hasher};

/// The variable that holds the salt while the attributes are expanded. Without it tests keep their names.
pub const SALT: &str = "WORKBOOK_OPAQUE";

/// What a test's function is called with this salt, such as `criterion_0123456789abcdef`. The module stays.
///
/// The same toolchain must have built both sides: how the standard library hashes may change.
pub fn opaque(salt: &str, test: &str) -> String {
    let (module, name) = match test.rsplit_once("::") {
        Some((module, name)) => (format!("{module}::"), name),
        None => (String::new(), test),
    };
    let mut hasher = DefaultHasher::new();
    hasher.write(salt.as_bytes());
    hasher.write_u8(0);
    hasher.write(name.as_bytes());
    format!("{module}criterion_{:016x}", hasher.finish())
}

#[cfg(test)]
mod tests {
    use super::opaque;

    #[test]
    fn a_name_says_nothing_and_its_module_stays() {
        let name = opaque("salt", "acceptance::shutdown::drains");
        let (module, function) = name.rsplit_once("::").unwrap();
        assert_eq!(module, "acceptance::shutdown");
        assert_eq!(function, opaque("salt", "drains"), "the attribute knows no module");
        assert_eq!(function.len(), "criterion_".len() + 16);
        assert!(!name.contains("drains"));
        assert_ne!(name, opaque("other", "acceptance::shutdown::drains"));
    }
}
