//! Habits of authors: old commands, macros of their own, maths without dollars, what servers did to their text.

use super::mathml;
use super::texts;
use super::to_html;
use super::to_text;

/// The MathML of an inline formula without what stands around it.
fn maths(tex: &str) -> String {
    let html = mathml::convert(tex, false).unwrap();
    let (_start, inner) = html.split_once("<semantics><mrow>").unwrap();
    inner.split_once("</mrow><annotation").unwrap().0.to_owned()
}

#[test]
fn functions_with_scripts_have_as_many_children_as_browsers_want() {
    assert_eq!(
        maths("2\\log^2 n"),
        "<mn>2</mn><msup><mrow><mspace width=\"0.1667em\"/><mi>log</mi></mrow><mn>2</mn></msup><mo>\u{2061}</mo><mspace width=\"0.1667em\"/><mi>n</mi>"
    );
    assert_eq!(
        maths("M_\\rm{crit}"),
        "<msub><mi>M</mi><mrow><mrow><mi mathvariant=\"normal\">crit</mi></mrow></mrow></msub>"
    );
    texts(&[("$M_\\rm{crit}$, $T^\\rm e$", "M_crit, Tᵉ"), ("$2\\log^2 n$", "2 log² n")]);
}

#[test]
fn a_second_script_of_its_kind_gets_a_base_of_its_own() {
    assert_eq!(maths("x_a_b"), "<msub><mi>x</mi><mi>a</mi></msub><msub><mrow></mrow><mi>b</mi></msub>");
    assert!(mathml::convert("x^{a}^{b}_c'", false).is_some());
}

#[test]
fn primes_are_raised_together_with_what_is_raised_already() {
    assert_eq!(maths("f''"), "<msup><mi>f</mi><mrow><mi>′</mi><mi>′</mi></mrow></msup>");
    assert_eq!(maths("f'^{2}_a"), "<msubsup><mi>f</mi><mi>a</mi><mrow><mi>′</mi><mn>2</mn></mrow></msubsup>");
}

#[test]
fn signs_are_operators_and_upright_letters_one_word() {
    assert_eq!(maths("x^{-1}"), "<msup><mi>x</mi><mrow><mo>−</mo><mn>1</mn></mrow></msup>");
    assert_eq!(maths("2\\times"), "<mn>2</mn><mi>×</mi>", "without the space around an operator");
    assert_eq!(maths("\\mathrm{km}"), "<mrow><mi mathvariant=\"normal\">km</mi></mrow>");
    assert_eq!(
        maths("\\mathrm{CO_2}"),
        "<mrow><mi mathvariant=\"normal\">C</mi><msub><mi mathvariant=\"normal\">O</mi><mn>2</mn></msub></mrow>"
    );
    assert_eq!(maths("\\mu"), "<mi>μ</mi>", "the Greek letter, not the sign of a millionth");
}

#[test]
fn displayed_formulas_have_their_limits_below() {
    let html = mathml::convert("\\sum_{i} x_i", true).unwrap();
    assert!(html.contains("<munder><mo>∑</mo>"), "{html}");
}

#[test]
fn maths_without_dollars_is_maths() {
    texts(&[
        ("cost \\sqrt{T} or \\frac{a+b}{2} on \\mathbb{R}^n", "cost √T or (a+b)/2 on ℝⁿ"),
        ("C^{1,1}, 10^{-5}, W_{q,p}(g), x_{ij}^{2}", "C^(1,1), 10⁻⁵, W_(q,p)(g), xᵢⱼ²"),
        ("\\alpha_i of \\sigma_8, \\hat{x} and \\lambda_max", "αᵢ of σ₈, x̂ and λ_max"),
        ("a name_of_{x}, y_1 and {a, b}", "a name_ofₓ, y_1 and {a, b}"),
        ("O\\left(\\log n\\right) with \\mathrm{our own words}", "O(log n) with our own words"),
    ]);
    assert_eq!(to_html("H_{2}O"), "<p>H<sub>2</sub>O</p>");
    let html = to_html("over \\sqrt{T} rounds");
    assert!(html.contains("<msqrt>") && html.ends_with(" rounds</p>"), "{html}");
}

#[test]
fn commands_without_their_braces_lose_no_word() {
    texts(&[
        ("a \\emphrobust method, \\textbfnew", "a robust method, new"),
        ("\\sqrtT and \\mathbbR, \\LambdaCDM", "√T and ℝ, ΛCDM"),
        ("as in \\citeSomeone, \\beginitemize \\item one", "as in ,   •  one"),
    ]);
}

#[test]
fn macros_of_custom_are_read_and_others_keep_their_name() {
    texts(&[
        ("$u\\in\\R^n$ and \\C, $\\eps>0$, \\eg this", "u ∈ ℝⁿ and ℂ, ε > 0, e.g. this"),
        ("$\\GL_n(q)$ in $\\cO$, $10^5\\Msun$", "GLₙ(q) in O, 10⁵M_⊙"),
        ("$z\\la 5$ but $\\rho_\\la$", "z ≲ 5 but ρ_λ"),
        ("$A^\\T$ on $\\T$", "Aᵀ on 𝕋"),
        ("$\\norm{x}_2\\le\\abs{y}$, $\\Cal F$, $\\wt{x}$", "‖x‖₂ ≤ |y|, F, x̃"),
        ("we call it \\ours and $\\mycal$", "we call it ours and mycal"),
        ("three beams\\with me", "three beams with me"),
    ]);
    assert_eq!(maths("\\mycal"), "<mtext>mycal</mtext>");
    assert!(maths("\\T").contains("<mi>𝕋</mi>") && maths("A^\\T").contains("<mi>T</mi>"));
}

#[test]
fn plain_tex_is_read() {
    texts(&[
        ("${a+b \\over c}$ and $a\\over b$", "(a+b)/c and a/b"),
        ("$(1,{n+1 \\choose 2})$", "(1,(n+1 choose 2))"),
        ("$\\matrix{a & b \\cr c & d}$", "a b; c d"),
        ("$x\\sp 2$, $y\\sb 1$", "x², y₁"),
        ("$a\\kern-2pt b$, $a\\hskip 1em b$", "a b, a b"),
        ("$\\cal{O}(n)$", "O(n)"),
    ]);
    assert!(
        maths("\\pmatrix{a & b \\cr c & d}")
            .contains("<mtr><mtd><mi>c</mi></mtd><mtd><mi>d</mi></mtd></mtr>")
    );
    let built = maths("{\\buildrel a_i \\over -}");
    assert!(built.contains("<mover>") && built.contains("<msub><mi>a</mi><mi>i</mi></msub>"), "{built}");
    assert!(maths("\\cal{O}(n)").contains("<mi>n</mi>"), "the font ends with its braces");
}

#[test]
fn environments_are_forgiven_their_columns() {
    let html = mathml::convert("\\begin{cases} a & b & c \\\\[2mm] d \\end{cases}", true).unwrap();
    assert_eq!(html.matches("<mtr>").count(), 2, "{html}");
    texts(&[("see \\begin{split} a &= b \\\\[1em] &= c \\end{split}", "see a = b; = c ")]);
}

#[test]
fn units_ions_and_notes_are_written_out() {
    texts(&[
        ("an \\ion{H}{ii} region, $\\ion{C}{4}$, \\SI{5}{\\micro\\metre}", "an H II region, C IV, 5 µm"),
        ("on GitHub\\footnote{see \\url{https://example.org/x}}.", "on GitHub (see https://example.org/x)."),
        ("\\enquote{so}, ''so'' and \\verb|a_b|", "“so”, “so” and a_b"),
        ("mass \\texorpdfstring{$m_e$}{me} of it", "mass mₑ of it"),
        ("\\begin{enumerate}\\item[(i)] one\\end{enumerate}", "  (i)  one "),
        ("$\\texttt{in_order}$ of $7\\times10^{17}\\,$eV", "in_order of 7×10¹⁷ eV"),
    ]);
    assert_eq!(maths("\\texttt{in_order}"), "<mtext>in_order</mtext>");
}

#[test]
fn a_dollar_before_a_digit_may_end_a_formula() {
    texts(&[
        ("IRAS 00001$-$0002, [OIII]$λ$5007, 2$-$18 GHz", "IRAS 00001-0002, [OIII]λ5007, 2-18 GHz"),
        ("on the space $L^2(\\Omega)", "on the space L²(Ω)"),
    ]);
    for money in [
        "costs $48-$74 each",
        "from $5, $6 to $7",
        "it costs $ and $6",
        "for $x of it",
        "paid $10^ the rest of it all",
    ] {
        assert_eq!(to_text(money), money);
    }
}

#[test]
fn parts_within_parts_end() {
    for (piece, close) in [
        ("\\sqrt(", ")"),
        ("\\mathop{x_", "}"),
        ("\\texorpdfstring{", "}{}"),
        ("\\norm{", "}"),
        ("\\matrix{", "}"),
    ] {
        let deep = format!("{}x{}", piece.repeat(500), close.repeat(500));
        let _mathml = mathml::convert(&deep, false);
        let _text = to_text(&format!("${deep}$"));
        let _html = to_html(&deep);
    }
    for piece in
        ["{\\over", "{x\\over y}", "x'^{", "$\\text{$", "\\texorpdfstring{$x}$}{y} ", "\\item[", "x^{"]
    {
        let _text = to_text(&piece.repeat(60_000 / piece.len()));
        let _formula = to_text(&format!("${}$", piece.repeat(4_000 / piece.len())));
    }
}

#[test]
fn macros_are_read_by_what_stands_around_them() {
    texts(&[
        ("$\\e\\to 0$, $\\p_t u=\\p_x v$ on $\\p M$", "ε → 0, ∂ₜ u = ∂ₓ v on ∂M"),
        ("$SL(2,\\rr)$ over $\\F_q$, $\\E_{x}[f]$", "SL(2,ℝ) over 𝔽_q, 𝔼ₓ[f]"),
        ("$\\e^{-t}$", "e⁻ᵗ"),
        ("$\\lef x \\rig$ but $\\lef( x \\rig)$", "lef x rig but ( x )"),
    ]);
    assert!(maths("\\e^{-t}").contains("<mi mathvariant=\"normal\">e</mi>"), "Euler's number");
    assert!(maths("\\lef x\\rig").contains("<mtext>lef</mtext>"), "no delimiter follows");
    assert!(maths("\\lef(x\\rig)").contains("<mo stretchy=\"true\">(</mo>"));
}

#[test]
fn letters_of_text_are_other_letters_in_a_formula() {
    texts(&[
        ("$\\l_1$, $\\L^2$, $\\partial\\O$, $\\O(n)$, $\\S^2$, $\\P^1$", "λ₁, L², ∂Ω, O(n), 𝕊², ℙ¹"),
        ("\\L{}ukasz, \\O re, \\S 5, $\\S 5$", "Łukasz, Øre, § 5, §5"),
        ("$\\text{\\O re}$", "Øre"),
    ]);
}

#[test]
fn one_above_the_other_keeps_both() {
    texts(&[
        ("$\\sum_{i \\atop j} x$, ${n \\brace k}$, ${n \\brack k}$", "∑_(i; j) x, {n; k}, [n; k]"),
        ("$\\inf_{\\substack{a \\\\ b}} f$", "inf_(a; b) f"),
        ("$u=0 \\tag{$\\star$}$", "u = 0 (⋆)"),
        ("$\\left\\{\\aligned a&=b \\\\ c&=d \\endaligned\\right.$", "{ a = b; c = d"),
        ("$\\ddot\\bold r$, $\\mathop\\mathrm{essinf}_x$", "r̈, essinfₓ"),
    ]);
    assert!(maths("{n \\brace k}").contains("<mo stretchy=\"true\">{</mo><mtable>"));
    assert!(maths("\\aligned a&=b \\\\ c&=d \\endaligned").contains("<mtable>"));
}

#[test]
fn a_stray_dollar_behind_maths_is_no_sign_and_money_is() {
    texts(&[
        ("a bound ess(f)$ is clear, L^p$ too", "a bound ess(f) is clear, L^p too"),
        ("the groups $SO(n, C)}$ and $x$", "the groups SO(n, C) and x"),
        (
            "b(H) <= [G:H] b(H)$, and that holds for b(H)$ in case",
            "b(H) <= [G:H] b(H), and that holds for b(H) in case",
        ),
        ("sold (for US$) and A$ 5, (in $) and (x)$ 5", "sold (for US$) and A$ 5, (in $) and (x)$ 5"),
    ]);
    assert_eq!(
        to_text("of $\\Phi ensuring the equivalence of integrals of $x$."),
        "of $Φ ensuring the equivalence of integrals of x.",
        "a sentence is no formula"
    );
}

#[test]
fn roots_without_dollars_go_to_their_closing_parenthesis() {
    assert!(to_html("as \\sqrt(\\log n)/2").contains("<msqrt>"));
    texts(&[("as \\sqrt(\\log n)/2 and \\sqrt( open", "as √(log n)/2 and √( open")]);
}
