//! Hostile and merely odd HTML.

use super::TAGS;
use super::blocks;
use super::clean;
use super::jats_blocks;

fn html(source: &str) -> String {
    blocks(source).into_iter().map(|block| block.html).collect()
}

#[test]
fn the_small_list_of_elements_stays() {
    let source = "<p>a <b>b</b> <i>c</i> H<sub>2</sub>O <code>x</code></p><ul><li>one<li>two</ul><blockquote>q</blockquote><pre>\n  k\n</pre>";
    assert_eq!(
        clean(source),
        "<p>a <strong>b</strong> <i>c</i> H<sub>2</sub>O <code>x</code></p><ul><li>one</li><li>two</li></ul><blockquote><p>q</p></blockquote><pre>  k\n</pre>"
    );
}

#[test]
fn links_are_checked_and_marked() {
    assert_eq!(
        clean("<a href='https://example.org/?a=1&amp;b=2' onclick=x style=y>t</a>"),
        "<p><a href=\"https://example.org/?a=1&amp;b=2\" rel=\"noopener noreferrer nofollow\">t</a></p>"
    );
    assert_eq!(
        clean("<a href='mailto:ann@example.org'>m</a>"),
        "<p><a href=\"mailto:ann@example.org\" rel=\"noopener noreferrer nofollow\">m</a></p>"
    );
    for address in [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "java\nscript:alert(1)",
        "data:text/html,x",
        "/relative",
        "//host/x",
        "vbscript:x",
        "ftp://example.org/",
        "",
    ] {
        assert_eq!(clean(&format!("<a href=\"{address}\">t</a>")), "<p>t</p>", "{address}");
    }
}

#[test]
fn what_is_not_text_vanishes_and_text_stays() {
    assert_eq!(
        clean("a<script>alert(1)</script>b<style>x</style>c<!-- d -->e<svg><a>f</a></svg>g"),
        "<p>abceg</p>"
    );
    assert_eq!(
        clean("<div>one</div><div>two</div><h2>Three</h2>four"),
        "<p>one</p><p>two</p><p><strong>Three</strong></p><p>four</p>"
    );
    assert_eq!(clean("1 < 2 & 3 &lt; 4 &alpha;"), "<p>1 &lt; 2 &amp; 3 &lt; 4 α</p>");
    assert_eq!(clean("<table><tr><td>a</td><td>b</td></tr></table>"), "<p>a b</p>");
    assert_eq!(clean(""), "");
    assert_eq!(clean("<p> </p><ul></ul>"), "");
}

#[test]
fn blocks_never_stand_inside_paragraphs() {
    assert_eq!(clean("<b>a<p>b</p>c</b>"), "<p><strong>a</strong></p><p>b</p><p>c</p>");
    assert_eq!(clean("<p>a<ul><li>b</ul>c"), "<p>a</p><ul><li>b</li></ul><p>c</p>");
}

#[test]
fn nesting_is_capped_in_linear_time() {
    for tag in [
        "<div>",
        "<b>",
        "<blockquote>",
        "<ul><li>",
        "<b><div></b>",
        "<a href=x>",
        "<p><b>",
        "<sup>",
        "<table><tr><td>",
        "<b></x>",
    ] {
        let out = clean(&tag.repeat(60_000 / tag.len()));
        assert!(out.len() < 100_000, "{tag}");
        let deep = format!("{}text", tag.repeat(2_000));
        assert!(clean(&deep).contains("text"), "{tag}");
    }
}

#[test]
fn a_long_body_is_cut_before_a_tag() {
    let source =
        format!("{}<a href=\"https://example.org/{}\">x</a>", "word ".repeat(13_100), "y".repeat(100));
    let out = clean(&source);
    assert!(out.ends_with("word</p>"), "{}", out.get(out.len() - 60..).unwrap_or_default());
}

#[test]
fn formulas_inside_html_become_mathml() {
    let out = html("<p>Let $x^2$ be \\(y\\), it costs $5 or $6.</p>");
    assert_eq!(out.matches("<math ").count(), 2, "{out}");
    assert!(out.contains("it costs $5 or $6."));
    let block = blocks("<p>Let $x^2$ be.</p>").remove(0);
    assert_eq!((block.text.as_str(), block.tex()), ("Let x² be.", "Let $x^2$ be."));
}

#[test]
fn mathml_of_a_source_is_read_and_ours_is_written() {
    let source = "<p>at <math xmlns=\"http://www.w3.org/1998/Math/MathML\"><mrow><msup><mi>x</mi><mn>2</mn></msup><mo>&lt;</mo><mfrac><mn>1</mn><mn>2</mn></mfrac></mrow></math> now</p>";
    let block = blocks(source).remove(0);
    assert_eq!(block.text, "at x² < 1/2 now");
    assert!(block.html.contains("<msup>") && block.html.contains("<mfrac>"), "{}", block.html);
    let annotated = "<mml:math><mml:semantics><mml:mi>y</mml:mi><mml:annotation encoding=\"application/x-tex\">z_1</mml:annotation></mml:semantics></mml:math>";
    assert_eq!(blocks(annotated).remove(0).text, "z₁");
}

#[test]
fn jats_becomes_the_same_html() {
    let source = "<jats:title>Abstract</jats:title><jats:sec><jats:title>Aim</jats:title><jats:p>We <jats:italic>test</jats:italic> CO<jats:sub>2</jats:sub> at <jats:inline-formula><jats:alternatives><jats:tex-math>\\documentclass{x}\\begin{document}$$x^2$$\\end{document}</jats:tex-math><mml:math><mml:mi>x</mml:mi></mml:math></jats:alternatives></jats:inline-formula>, see <jats:ext-link xlink:href=\"https://example.org/\">it</jats:ext-link>.</jats:p></jats:sec>";
    let blocks = jats_blocks(source);
    let texts: Vec<&str> = blocks.iter().map(|block| block.text.as_str()).collect();
    assert_eq!(texts, ["Abstract", "Aim", "We test CO₂ at x², see it."]);
    assert!(blocks[2].html.contains("<a href=\"https://example.org/\""), "{}", blocks[2].html);
    assert_eq!(blocks[2].html.matches("<math ").count(), 1);
}

#[test]
fn raised_and_lowered_characters_reach_the_text() {
    assert_eq!(
        blocks("10<sup>-5</sup> of CO<sub>2</sub> in <sup>13</sup>C, 4<sup>th</sup>").remove(0).text,
        "10⁻⁵ of CO₂ in ¹³C, 4ᵗʰ"
    );
}

#[test]
fn names_are_found_by_their_order() {
    assert!(TAGS.is_sorted());
}
