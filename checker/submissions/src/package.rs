//! The name of a package, where its folder does not tell which task it is.

/// The name in a `Cargo.toml`. It is a label, with which nothing is built, so the lines are enough.
pub(crate) fn name(manifest: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(manifest);
    let mut in_package = false;
    for line in text.trim_start_matches('\u{feff}').lines().map(str::trim) {
        if line.starts_with('[') {
            in_package = line == "[package]";
        } else if in_package
            && let Some((key, value)) = line.split_once('=')
            && key.trim() == "name"
        {
            let value = value.trim();
            let quote = value.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
            return value[1..].split_once(quote).map(|(name, _)| name.to_owned());
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::name;

    #[test]
    fn the_packages_name_counts() {
        let manifest = b"\xef\xbb\xbf[lib]\r\nname = \"x\"\r\n[package]\r\nname = 'fan-out-02' # a\r\n";
        assert_eq!(name(manifest), Some("fan-out-02".to_owned()));
        assert_eq!(name(b"[package]\nname.workspace = true"), None);
        assert_eq!(name(b"[package]\nname = "), None);
        assert_eq!(name(b"\xff\xfe"), None);
    }
}
