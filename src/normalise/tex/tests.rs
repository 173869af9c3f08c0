//! TeX as authors write it.

mod habits;

use super::is_in;
use super::mathml;
use super::to_both;
use super::to_text;

fn texts(cases: &[(&str, &str)]) {
    for (tex, text) in cases {
        assert_eq!(to_text(tex), *text, "{tex}");
    }
}

fn to_html(source: &str) -> String {
    to_both(source).1.as_str().to_owned()
}

#[test]
fn accents_and_letters_become_unicode() {
    texts(&[
        ("Schr\\\"odinger, Poincar\\'e, Erd\\H{o}s", "Schrödinger, Poincaré, Erdős"),
        ("K\\\"{a}hler and \\v{C}ech, \\c{c}a, \\v s", "Kähler and Čech, ça, š"),
        ("{\\'E}tale, na{\\\"\\i}ve, \\'{\\i}ndice", "Étale, naïve, índice"),
        ("\\AA ngstr\\\"om, Stra\\ss e, \\L{}ukasz, \\o re, \\ae on", "Ångström, Straße, Łukasz, øre, æon"),
    ]);
}

#[test]
fn signs_dashes_and_quotes_become_unicode() {
    texts(&[
        ("90\\% of R\\&D, \\#1, a\\_b, \\{x\\}, \\$5", "90% of R&D, #1, a_b, {x}, $5"),
        ("pages 1--2 --- and ``so'' on", "pages 1–2 — and “so” on"),
        ("Fig.~3 of ~10 runs (~5)", "Fig. 3 of ~10 runs (~5)"),
        ("run --fast now, a\\\\b, \\LaTeX{}", "run --fast now, a b, LaTeX"),
        ("100% of x^2 & y_1 stay", "100% of x^2 & y_1 stay"),
    ]);
}

#[test]
fn commands_give_way_to_their_content() {
    texts(&[
        ("\\textbf{bold} \\emph{em} {\\em old} {\\bf b} \\texttt{code}", "bold em old b code"),
        ("as shown \\cite{a,b}, see \\ref{x}.", "as shown , see ."),
        (
            "\\url{https://example.org/a\\_b} and \\href{https://example.org}{here}",
            "https://example.org/a_b and here",
        ),
        ("\\ours is \\Foo{} with \\name{arg}", "ours is Foo with name arg"),
        ("{BERT} for {a, b} and 10\\textsuperscript{th}", "BERT for {a, b} and 10ᵗʰ"),
        ("CO\\textsubscript{2} \\alpha-stable, 3 \\times 4", "CO₂ α-stable, 3 × 4"),
        ("\\begin{itemize} \\item one \\item two \\end{itemize}", "   •  one  •  two  "),
        ("an { open brace, a } closed one \\", "an { open brace, a } closed one \\"),
    ]);
}

#[test]
fn formulas_become_unicode() {
    texts(&[
        ("$x^2+y_1$", "x²+y₁"),
        ("a $3.2\\times$ speedup, $2 \\times 3$", "a 3.2× speedup, 2 × 3"),
        ("$\\alpha \\leq \\beta$ and $p<0.05$", "α ≤ β and p < 0.05"),
        ("$\\sim 10^{-5}$ and $\\mathcal{O}(n \\log n)$", "~10⁻⁵ and O(n log n)"),
        ("$L^p(\\mathbb{R}^n)$, $\\mathrm{H_2O}$", "Lᵖ(ℝⁿ), H₂O"),
        ("$\\frac{a}{b}$, $\\frac{a+b}{2}$, $\\sqrt{2}$, $\\sqrt[3]{x+1}$", "a/b, (a+b)/2, √2, ∛(x+1)"),
        ("$T_{\\text{max}}$, $x_{i,j}$, $90^\\circ$, $f'$", "T_max, x_(i,j), 90°, f′"),
        ("$\\hat{x}$, $\\vec v$, $\\overline{AB}$", "x̂, v⃗, AB"),
        ("$\\left\\{ x \\in X \\mid x \\not= y \\right\\}$", "{ x ∈ X | x ≠ y }"),
        ("$H\\alpha$, $\\mu$m, $\\Lambda$CDM, $\\sum_{i=1}^n x_i$", "Hα, μm, ΛCDM, ∑ᵢ₌₁ⁿ xᵢ"),
        ("\\(a\\) and \\[b\\] and $$c$$", "a and b  and c "),
        ("$\\foo{x}$", "foo x"),
        ("$\\unicode{x2014}$", "—"),
    ]);
}

#[test]
fn money_is_no_formula() {
    for text in [
        "It costs $5 and not $10 in all.",
        "a prize of $534,700 or under $1,000 USD, then $2",
        "from $5 to $7",
        "US$ 5 and CA$ 6",
        "one $ alone",
        "$5, $6, and $7",
        "between $1.5 million and $2.5 million",
    ] {
        assert_eq!(to_text(text), text);
        assert!(!is_in(text), "{text}");
    }
}

#[test]
fn formulas_with_digits_are_not_money() {
    texts(&[
        ("$90\\%$ of $5$ and $3-30$", "90% of 5 and 3-30"),
        ("about $10^5$ and $100$", "about 10⁵ and 100"),
    ]);
    assert_eq!(to_text("costs $5 to make $x^2$ of it"), "costs $5 to make x² of it");
}

#[test]
fn a_body_has_paragraphs_elements_and_mathml() {
    assert_eq!(
        to_html("One \\emph{two}.\n\nThree & four."),
        "<p>One <em>two</em>.</p><p>Three &amp; four.</p>"
    );
    assert_eq!(
        to_html("{\\bf a\n\nb} https://example.org/x."),
        "<p><strong>a</strong></p><p><strong>b</strong> <a href=\"https://example.org/x\" rel=\"noopener noreferrer nofollow\">https://example.org/x</a>.</p>"
    );
    let html = to_html("Let $x<1$.");
    assert_eq!(
        html,
        "<p>Let <math xmlns=\"http://www.w3.org/1998/Math/MathML\" display=\"inline\"><semantics><mrow><mi>x</mi><mo>&lt;</mo><mn>1</mn></mrow><annotation encoding=\"application/x-tex\">x&lt;1</annotation></semantics></math>.</p>"
    );
}

#[test]
fn an_unsafe_link_keeps_its_text_only() {
    assert_eq!(to_html("\\href{javascript:alert(1)}{click}"), "<p>click</p>");
    assert_eq!(to_html("\\url{javascript:alert(1)}"), "<p>javascript:alert(1)</p>");
}

#[test]
fn formulas_of_every_kind_convert() {
    for tex in [
        "x",
        "10^{-5}",
        "\\alpha_i^2",
        "{\\rm IRX}",
        "\\Bbb R^r",
        "\\mathds{1}",
        "a<b>c",
        "\\text{if } x",
        "\\mbox{for $x$}",
        "\\begin{pmatrix} a & b \\\\ c & d \\end{pmatrix}",
        "\\begin{align} a &= b \\\\ c &= d \\end{align}",
        "\\begin{eqnarray} a &=& b \\end{eqnarray}",
        "{a \\over b}",
        "a \\over b",
        "n \\choose k",
        "\\left( x",
        "x \\right.",
        "90\\%",
        "\\&",
        "\\operatorname*{arg\\,max}_x f",
        "\\mycommand{x}",
        "x_\\text{max}",
        "x^\\mycommand",
        "\\unicode{x2014}",
        "10\\,{\\rm km}\\,s^{-1}",
        "x^",
        "_2",
        "f''",
        "\\bm{x}",
        "\\lesssim",
        "\\la 5",
        "p\\bar{p}",
        "\\sqrt[3]{x}",
        "\\tilde O",
        "a~b",
        "\\SI{5}{km}",
        "\\mathbb{E}[X]",
    ] {
        let html = mathml::convert(tex, false);
        assert!(html.is_some(), "{tex}");
    }
}

#[test]
fn arrays_over_which_the_renderer_panics_convert() {
    for tex in [
        "\\begin{array}{r:lr}&a&\\\\[2em]^2&\\end{array}",
        "\\left\\{\\begin{array}{ll} a & b \\\\ c & d \\end{array}\\right.",
    ] {
        assert!(mathml::convert(tex, true).is_some_and(|html| html.contains("<mtable>")), "{tex}");
    }
}

#[test]
fn what_cannot_be_converted_stays_readable() {
    assert_eq!(to_html("$\\def\\x{y}\\x<1$"), "<p><code>\\def\\x{y}\\x&lt;1</code></p>");
    let long = format!("${}$", "x+".repeat(3_000));
    assert!(to_html(&long).contains("x+x+"));
}

#[test]
fn mathml_holds_nothing_that_a_validator_warns_of() {
    let html = mathml::convert(
        "\\big( \\color{red}{x} \\big) \\sum\\limits_{i} \\not\\in \\hat{x} \\; \\displaystyle y",
        true,
    )
    .unwrap();
    for word in ["class=", " style=", "movablelimits", "symmetric", "accent", "form=", "&nbsp;"] {
        assert!(!html.contains(word), "{word} in {html}");
    }
    assert!(html.contains("display=\"block\""));
}

#[test]
fn operators_keep_their_names_and_fences_leave_no_word() {
    let html = mathml::convert("\\argmax_x f(x) + \\argmin_y g", true).unwrap();
    assert!(html.contains(">argmax<") || html.contains(">arg max<"), "{html}");
    assert!(html.contains(">argmin<") || html.contains(">arg min<"), "{html}");
    texts(&[("$\\Bigm| x \\bigg\\rvert$", "| x |"), ("$\\argmax f$", "argmax f")]);
}

#[test]
fn deep_and_endless_input_ends() {
    for one in [
        "{",
        "}",
        "$",
        "\\",
        "\\(",
        "\\frac{",
        "^{",
        "\\begin{equation}",
        "\\text{$",
        "~",
        "\\href{a}{",
        "``",
        "$\\left(",
        "\\sqrt[",
        "$x$ ",
    ] {
        let text = one.repeat(3_000);
        let _text = to_text(&text);
        let _html = to_html(&text);
    }
}

#[test]
fn bodies_stay_within_some_times_their_source() {
    let links = format!("\\href{{https://example.org/{}}}{{{}}}", "&".repeat(2_000), "x\n\n".repeat(8_000));
    let styles = format!("\\textbf{{\\emph{{\\underline{{\\texttt{{{}}}}}}}}}", "x\n\n".repeat(20_000));
    for source in [links, styles, "$x$".repeat(20_000), "$\\frac12$ ".repeat(6_000), "&".repeat(60_000)] {
        let html = to_html(&source);
        assert!(html.len() <= 8 * source.len() + 64 * 1024, "{} of {}", html.len(), source.len());
    }
    assert!(to_html(&"$x$ ".repeat(100)).contains("<math"));
}

#[test]
fn a_link_ends_with_its_paragraph() {
    let html = to_html("\\href{https://example.org/a}{one\n\ntwo} three");
    assert_eq!(html.matches("<a ").count(), 1, "{html}");
    assert!(html.ends_with("<p>two three</p>"), "{html}");
}

#[test]
fn hostile_texts_cost_no_quadratic_time() {
    for piece in ["$", "$$", "\\(", "\\begin{", "\\begin{equation}", "http://a)", ")", "$a "] {
        let _text = to_text(&format!("http://a{}", piece.repeat(60_000 / piece.len())));
    }
}
