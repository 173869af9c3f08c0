//! What queries mean, and what is said about wrong ones.

use super::*;

/// The canonical form of a sound query.
fn printed(text: &str) -> String {
    let parsed = parse(text);
    assert_eq!(parsed.problems, [], "{text}");
    let query = parsed.query.unwrap();
    let printed = query.to_string();
    assert_eq!(parse(&printed).query, Some(query), "{printed} does not read back as {text}");
    printed
}

/// The picture of the only problem of a query.
fn picture(text: &str) -> String {
    let problems = parse(text).problems;
    assert_eq!(problems.len(), 1, "{text}: {problems:?}");
    render_problem(text, &problems[0])
}

#[test]
fn operators_have_their_precedence() {
    assert_eq!(printed("a b OR c -d"), "a AND b OR c AND NOT d");
    assert_eq!(printed("(a OR b) c"), "(a OR b) AND c");
    assert_eq!(printed("NOT (a b)"), "NOT (a AND b)");
    assert_eq!(printed("((a)) AND ((b AND c))"), "a AND b AND c");
}

#[test]
fn words_are_folded_and_hyphens_make_phrases() {
    assert_eq!(printed("Low-Rank"), "\"low rank\"");
    assert_eq!(printed("Müller"), "muller");
    assert_eq!(printed("adapter*"), "adapter*");
    assert_eq!(printed("=Adapters"), "=adapters");
    assert_eq!(printed("\"Chain of Thought\"~5"), "\"chain of thought\"~5");
    assert_eq!(printed("low-rank*"), "low-rank*");
    assert_eq!(printed("title:Very-Low-Rank*"), "title:very-low-rank*");
    assert_eq!(printed("title=\"Adapters\""), "title:=adapters");
}

/// Each of these was once read as something else, often as its opposite, without a word.
#[test]
fn operators_in_the_wrong_place_are_problems_and_never_punctuation() {
    for (text, message, marked) in [
        ("title:-survey", "`-` stands before a field, not after it", "-"),
        ("title:−survey", "`-` stands before a field, not after it", "−"),
        ("title:-\"survey paper\"", "`-` stands before a field, not after it", "-"),
        ("title:-(survey OR review)", "`-` stands before a field, not after it", "-"),
        ("cat:-cs.CV", "`-` stands before a field, not after it", "-"),
        ("author:-lecun", "`-` stands before a field, not after it", "-"),
        ("type:-new", "`-` stands before a field, not after it", "-"),
        ("!survey", "`!` is no operator", "!"),
        ("title:!survey", "`!` is no operator", "!"),
        ("lora~1", "`~` stands after a phrase only", "~1"),
        ("title:lora~", "`~` stands after a phrase only", "~"),
        ("author:lecun~2", "`~` stands after a phrase only", "~2"),
        ("\"lora\"~1", "`~` stands after a phrase only", "~1"),
        ("=low-rank", "`=` stands before a single word only", "=low-rank"),
        ("=low-rank*", "`=` stands before a single word only", "=low-rank*"),
        ("title=low-rank", "`=` stands before a single word only", "low-rank"),
        ("title=\"low rank\"", "`=` stands before a single word only", "\"low rank\""),
    ] {
        let problems = parse(text).problems;
        assert_eq!(problems[0].message, message, "{text}");
        assert_eq!(&text[problems[0].span.clone()], marked, "{text}");
        assert!(problems[0].hint.is_some(), "{text}");
    }
    let hint = |text| parse(text).problems.swap_remove(0).hint.unwrap();
    assert_eq!(hint("title:-survey"), "write `-title:survey`");
    assert_eq!(hint("cat:-cs.CV"), "write `-cat:cs.CV`");
    assert_eq!(hint("title:-(survey OR review)"), "write `-title:…`");
    assert_eq!(hint("!survey"), "write `-survey`");
    assert_eq!(hint("=low-rank"), "write `=low =rank` for each word, or `\"low rank\"`");
}

#[test]
fn a_dash_before_a_field_a_date_back_and_a_quoted_dash_are_meant() {
    assert_eq!(printed("–survey −title:review"), "NOT survey AND NOT title:review");
    assert_eq!(printed("title:(-survey flow)"), "NOT title:survey AND title:flow");
    assert_eq!(printed("date:-7d"), "date:-7d");
    assert_eq!(printed("date>=-7d"), "date:-7d..");
    assert_eq!(printed("title:\"-survey!\""), "title:survey");
    assert_eq!(printed("source:\"-odd\""), "source:\"-odd\"");
}

#[test]
fn fields_hold_words_values_names_numbers_and_dates() {
    for (text, canonical) in [
        ("title:\"Flow Matching\"", "title:\"flow matching\""),
        ("title:(flow OR rank)", "title:flow OR title:rank"),
        ("author:\"LeCun, Yann\"", "author:\"yann lecun\""),
        ("cat:cs.LG", "cat:cs.lg"),
        ("cat:cs.*", "cat:cs.*"),
        ("type:new", "type:new"),
        ("votes>=10", "votes>=10"),
        ("date:2026-11", "date:2026-11-01..2026-11-30"),
        ("date>=-7d", "date:-7d.."),
        ("date<2026-11-02", "date:..2026-11-01"),
        ("has:code", "has:code"),
        ("-is:withdrawn", "NOT is:withdrawn"),
        ("is:Retracted", "is:retracted"),
        ("source:hf-daily", "source:hf-daily"),
        ("doi:10.1038/*", "doi:10.1038/*"),
    ] {
        assert_eq!(printed(text), canonical);
    }
}

#[test]
fn an_unknown_field_points_at_itself_and_names_the_nearest() {
    assert_eq!(
        picture("garden autor:LeCun"),
        "    garden autor:LeCun\n           ^^^^^ unknown field `autor`\n           did you mean `author`?"
    );
}

#[test]
fn an_open_parenthesis_points_at_itself() {
    assert_eq!(
        picture("adapter* AND (cat:cs.LG"),
        "    adapter* AND (cat:cs.LG\n                 ^ this parenthesis is never closed\n                 add a `)`"
    );
}

#[test]
fn every_mistake_has_its_message() {
    for (text, message) in [
        ("\"open", "this quotation mark is never closed"),
        ("a)", "this parenthesis closes nothing"),
        ("()", "nothing stands in these parentheses"),
        ("a AND", "nothing stands after this AND"),
        ("AND a", "nothing stands before this AND"),
        ("a OR", "nothing stands after this OR"),
        ("OR a", "nothing stands before this OR"),
        ("a NOT", "nothing stands after this NOT"),
        ("title:", "nothing stands after `title:`"),
        ("date:2026-13", "`2026-13` is no value of `date`"),
        ("date:2026-12-01..2026-11-01", "`2026-12-01..2026-11-01` is no value of `date`"),
        ("date:-7d..-30d", "`-7d..-30d` is no value of `date`"),
        ("votes>=many", "`many` is no value of `votes`"),
        ("type:old", "`old` is no value of `type`"),
        ("has:wings", "`wings` is no value of `has`"),
        ("a*", "a prefix has at least two letters before its `*`"),
        ("*", "a prefix has at least two letters before its `*`"),
        ("lo*ra", "`*` stands at the end of a word only"),
        ("/lo(a/", "the regular expression is wrong: unclosed group"),
        ("cat:/cs/", "`cat` takes no regular expression"),
        ("/x*/", "the regular expression is wrong: it matches every text, even an empty one"),
        ("title>3", "`title` is not compared"),
        ("!!!", "there is no letter or digit to look for"),
        ("", "the query is empty"),
    ] {
        let problems = parse(text).problems;
        assert!(problems.iter().any(|problem| problem.message == message), "{text}: {problems:?}");
    }
}

#[test]
fn all_problems_of_a_query_are_reported_at_once() {
    assert_eq!(parse("autor:x AND (titel:y OR date:never").problems.len(), 4);
}

#[test]
fn a_query_that_only_excludes_is_known_as_such() {
    assert!(parse("NOT survey").query.unwrap().is_negative_only());
    assert!(parse("garden OR NOT survey").query.unwrap().is_negative_only());
    assert!(!parse("garden NOT survey").query.unwrap().is_negative_only());
}

#[test]
fn hostile_queries_cost_little_and_end_with_a_problem() {
    for text in [
        "(".repeat(9_000),
        "-".repeat(9_000),
        "a OR ".repeat(1_900),
        "NOT ".repeat(2_400),
        "\"".repeat(9_999),
        "a".repeat(20_000),
    ] {
        assert!(!parse(&text).problems.is_empty(), "{}", &text[..20]);
    }
}
