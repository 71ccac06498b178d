//! `{{lanes NAME WORDS…}}` and `{{picture NAME WORDS…}}`: a picture inside the page, so that it takes the page's colours.

use lanes::escape;

/// What a picture is, for the style sheet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Swim lanes of a reference's run.
    Lanes,
    /// Any other: of a benchmark, of an experiment, or by hand.
    Picture,
}

/// The figure as one HTML block: no blank line ends it, no indented line is taken for code.
pub(crate) fn html(kind: Kind, svg: &str, name: &str, words: &str) -> Result<String, String> {
    let begin = svg.find("<svg").ok_or("holds no `<svg`")?;
    let end = svg.rfind("</svg>").ok_or("holds no `</svg>`")? + "</svg>".len();
    let drawing = without_style(svg.get(begin..end).ok_or("is no whole drawing")?);
    let drawing = with_own_ids(&drawing, name);
    let (tag, inner) = drawing.split_once('>').ok_or("has no whole `<svg>` tag")?;
    // Its size is the page's affair.
    let tag = ["role", "aria-label", "width", "height"].iter().fold(tag.to_owned(), |tag, name| without(&tag, name));
    let tag = format!("{tag} role=\"img\" aria-label=\"{}\">", escape(&words.replace('`', "")));
    let lines: Vec<_> = inner.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    Ok(format!(
        "<figure class=\"{}\">\n{}\n{}\n<figcaption>{}</figcaption>\n</figure>",
        match kind {
            Kind::Lanes => "lanes",
            Kind::Picture => "picture",
        },
        tag.replace('\n', " "),
        lines.join("\n"),
        caption(words)
    ))
}

/// The words, with what stands between backticks as code.
fn caption(words: &str) -> String {
    let part = |(index, part): (usize, &str)| match index % 2 {
        0 => escape(part),
        _ => format!("<code>{}</code>", escape(part)),
    };
    words.split('`').enumerate().map(part).collect()
}

/// Without the style that is for the picture alone.
fn without_style(svg: &str) -> String {
    match svg.split_once("<style class=\"standalone\">") {
        Some((before, rest)) => {
            let after = rest.split_once("</style>").map_or("", |(_, after)| after);
            format!("{before}{after}")
        }
        None => svg.into(),
    }
}

/// Without an attribute.
fn without(tag: &str, attribute: &str) -> String {
    let Some((before, rest)) = tag.split_once(&format!(" {attribute}=\"")) else { return tag.into() };
    let after = rest.split_once('"').map_or("", |(_, after)| after);
    format!("{before}{after}")
}

/// With ids, and references to them, that open with the picture's name.
fn with_own_ids(svg: &str, name: &str) -> String {
    let mut own = svg.to_owned();
    let ids: Vec<_> = svg.split(" id=\"").skip(1).filter_map(|rest| rest.split_once('"')).map(|(id, _)| id).collect();
    for id in ids {
        for (open, close) in [(" id=\"", "\""), ("url(#", ")"), ("href=\"#", "\"")] {
            own = own.replace(&format!("{open}{id}{close}"), &format!("{open}{name}-{id}{close}"));
        }
    }
    own
}

#[cfg(test)]
mod tests {
    use super::*;
    use lanes::{Options, draw};

    #[test]
    fn a_picture_becomes_one_html_block_with_the_words_given() {
        let svg = draw(&[], &Options { title: "Title".into(), ..Options::default() });
        let html = html(Kind::Lanes, &svg, "fan-out-01", "Nothing \"moves\".").expect("a figure");
        assert!(html.starts_with("<figure class=\"lanes\">\n<svg "), "{html}");
        assert_eq!(html.matches("aria-label=\"Nothing &quot;moves&quot;.\"").count(), 1, "{html}");
        assert_eq!(html.matches("role=\"img\"").count(), 1, "{html}");
        assert!(html.ends_with("<figcaption>Nothing &quot;moves&quot;.</figcaption>\n</figure>"), "{html}");
        assert!(!html.contains("<style"), "{html}");
        assert!(html.lines().all(|line| line.starts_with('<')), "{html}");
    }

    #[test]
    fn a_drawing_by_hand_is_tidied() {
        let svg = "<?xml version=\"1.0\"?>\n<svg width=\"7\"\n  viewBox=\"0 0 1 1\">\n\n    <g id=\"a\"/><use href=\"#a\"/><rect fill=\"url(#a)\"/>\n</svg>\n";
        let html = html(Kind::Picture, svg, "x", "As `a < b` says").expect("a figure");
        let expected = "<figure class=\"picture\">\n<svg   viewBox=\"0 0 1 1\" role=\"img\" aria-label=\"As a &lt; b says\">\n\
                        <g id=\"x-a\"/><use href=\"#x-a\"/><rect fill=\"url(#x-a)\"/>\n</svg>\n\
                        <figcaption>As <code>a &lt; b</code> says</figcaption>\n</figure>";
        assert_eq!(html, expected);
        assert_eq!(super::html(Kind::Picture, "text", "x", "Words"), Err("holds no `<svg`".into()));
    }
}
