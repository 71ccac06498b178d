//! The swim lanes' picture, checked before a page takes it in.
//!
//! The picture is drawn by our own crate and escaped there. A page is worth a second look nevertheless: a picture
//! with anything in it but shapes and text is left out.

use roxmltree::{Document, Node};

const SVG: &str = "http://www.w3.org/2000/svg";
const ELEMENTS: [&str; 13] =
    ["svg", "title", "desc", "g", "path", "rect", "text", "tspan", "circle", "ellipse", "line", "polyline", "polygon"];
const ATTRIBUTES: [&str; 40] = [
    "class",
    "viewBox",
    "role",
    "aria-label",
    "aria-hidden",
    "font-family",
    "font-size",
    "font-weight",
    "fill",
    "fill-opacity",
    "fill-rule",
    "stroke",
    "stroke-width",
    "stroke-opacity",
    "stroke-dasharray",
    "stroke-linecap",
    "stroke-linejoin",
    "opacity",
    "text-anchor",
    "dominant-baseline",
    "transform",
    "d",
    "x",
    "y",
    "x1",
    "y1",
    "x2",
    "y2",
    "cx",
    "cy",
    "r",
    "rx",
    "ry",
    "dx",
    "dy",
    "width",
    "height",
    "points",
    "textLength",
    "lengthAdjust",
];

/// The picture without its own style, if it is a picture and nothing else.
pub(crate) fn inline(svg: &str) -> Option<String> {
    let svg = without_style(svg);
    let svg = svg.trim();
    let document = Document::parse(svg).ok()?;
    let picture = svg.starts_with("<svg") && document.descendants().all(|node| harmless(&node));
    picture.then(|| svg.to_owned())
}

fn harmless(node: &Node<'_, '_>) -> bool {
    if node.is_pi() || node.is_comment() {
        return false;
    }
    let name = node.tag_name();
    let known = !node.is_element() || (name.namespace() == Some(SVG) && ELEMENTS.contains(&name.name()));
    let plain = |value: &str| !value.contains("url(") && !value.contains("javascript:");
    known && node.attributes().all(|attribute| ATTRIBUTES.contains(&attribute.name()) && plain(attribute.value()))
}

/// Without the style that is for a picture alone.
fn without_style(svg: &str) -> String {
    match svg.split_once("<style class=\"standalone\">") {
        Some((before, rest)) => format!("{before}{}", rest.split_once("</style>").map_or("", |(_, after)| after)),
        None => svg.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::inline;
    use lanes::{Level, Mark, Options};
    use verdict::Span;

    #[test]
    fn what_the_checker_draws_is_taken() {
        let span =
            |item, lane, finished| Span { probe: "work".into(), item, lane, start: item * 900, end: 4000, finished };
        let spans = [span(0, 0, true), span(1, 1, false), span(2, 1, true)];
        let level = Level { name: "waiting".into(), curve: vec![(0, 1), (900, 3), (2000, 0)] };
        let options = Options {
            title: "A <title>".into(),
            marks: vec![Mark { at: 900, label: "cancel".into() }],
            levels: vec![level],
            ..Options::default()
        };
        let svg = lanes::draw(&spans, &options);
        assert!(inline(&svg).is_some_and(|inline| inline.contains("cancel") && !inline.contains("<style")), "{svg}");
    }

    #[test]
    fn a_picture_is_taken_and_nothing_else() {
        let svg =
            |inner: &str| format!("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 1 1\">{inner}</svg>\n");
        let lanes =
            svg("<style class=\"standalone\">a{}</style><g class=\"bars\"><path d=\"M0 0\"/><text>7</text></g>");
        let taken = inline(&lanes).unwrap();
        assert!(taken.starts_with("<svg") && taken.ends_with("</svg>") && !taken.contains("style"), "{taken}");
        for odd in [
            "<script>alert(1)</script>",
            "<style>*{display:none}</style>",
            "<foreignObject/>",
            "<image/>",
            "<a href=\"https://example.org\">x</a>",
            "<path onload=\"x()\"/>",
            "<path fill=\"url(https://example.org)\"/>",
            "<html:b xmlns:html=\"http://www.w3.org/1999/xhtml\">x</html:b>",
            "<path>",
            "<!-- x -->",
        ] {
            assert_eq!(inline(&svg(odd)), None, "{odd}");
        }
        assert_eq!(inline("<p>x</p>"), None);
        assert_eq!(
            inline("<!DOCTYPE svg [<!ENTITY a \"b\">]><svg xmlns=\"http://www.w3.org/2000/svg\">&a;</svg>"),
            None
        );
    }
}
