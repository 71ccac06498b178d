//! The little that writing SVG by hand takes.

/// Appends a line. Unlike `writeln!`, it has no error to ignore.
macro_rules! line {
    ($out:expr, $($format:tt)*) => {{
        $out.push_str(&format!($($format)*));
        $out.push('\n');
    }};
}

/// A coordinate: two decimals at most.
pub(crate) fn number(value: f64) -> String {
    decimal(value, 2)
}

/// A figure with no more decimals than it needs.
pub(crate) fn decimal(value: f64, most: usize) -> String {
    let text = format!("{value:.most$}");
    let text = if most > 0 { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    if text == "-0" { "0".into() } else { text.into() }
}

/// Text for an element or for an attribute in double quotes.
pub fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short() {
        for (value, text) in [(0.0, "0"), (-0.001, "0"), (1.0, "1"), (1.5, "1.5"), (2.0 / 3.0, "0.67"), (100.0, "100")]
        {
            assert_eq!(number(value), text);
        }
    }

    #[test]
    fn text_stays_text() {
        assert_eq!(escape("a < b & \"c\""), "a &lt; b &amp; &quot;c&quot;");
    }
}
