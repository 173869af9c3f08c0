//! Who wrote the paper of an item, wherever its feed puts it.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::Regex;

use crate::entities::decoded;
use crate::model::record::RawAuthor;
use crate::model::record::RawAuthors;
use crate::model::text::Markup;
use crate::model::text::Raw;
use crate::sources::feed::element::Element;
use crate::sources::feed::item::Item;
use crate::sources::feed::space::Family;
use crate::sources::feed::space::Space;

/// Lines at the start of a description that name the authors: Elsevier and APS, then PLOS.
static NAMED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?im)^\s*author\(s\):[ \t]*(?<list>[^\n]{2,4000})$|(?-i:\A\s*by (?<by>\p{Lu}[^\n]{2,4000})\n)",
    )
    .ok()
});

/// The authors of an item.
///
/// An author of the whole feed is not taken over (RFC 4287 §4.2.1 and JSON Feed would have it so): there it is the
/// journal or the site far more often than the person who wrote each paper, and a wrong author spoils identity.
pub(super) fn authors(item: &Item<'_>, abstract_text: Option<&Raw>) -> RawAuthors {
    let creators = names(&item.element, Space::Dc, "creator");
    if !creators.is_empty() {
        return listed(creators);
    }
    let persons = persons(item);
    if !persons.is_empty() {
        return listed(persons);
    }
    let terms = names(&item.element, Space::DcTerms, "creator");
    if !terms.is_empty() {
        return listed(terms);
    }
    // IEEE Xplore: one element of names joined by semicolons.
    if let Some(joined) = item.text(Space::Core, "authors") {
        return RawAuthors::Joined(joined.into_owned());
    }
    if let Some(name) = item.text(Space::Podcast, "author").or_else(|| item.text(Space::Dc, "author")) {
        return listed(vec![RawAuthor { name: name.into_owned(), ..RawAuthor::default() }]);
    }
    abstract_text.and_then(in_description).map_or_else(RawAuthors::default, RawAuthors::Joined)
}

/// A single name that seems to be several is left to be split; otherwise each name is one author.
fn listed(mut authors: Vec<RawAuthor>) -> RawAuthors {
    let is_joined = |author: &RawAuthor| {
        let plain = author.affiliations.is_empty() && author.orcid.is_none();
        plain && (author.name.contains([',', ';', '&']) || author.name.contains(" and "))
    };
    match authors.as_mut_slice() {
        [one] if is_joined(one) => RawAuthors::Joined(std::mem::take(&mut one.name)),
        _ => RawAuthors::List(authors),
    }
}

/// Elements of one name, each one author; one that holds elements (RDF lists, FOAF persons) gives its leaves.
fn names(item: &Element<'_>, space: Space, name: &str) -> Vec<RawAuthor> {
    let mut found = Vec::new();
    for element in item.all(space, name) {
        leaves(element, &mut found);
    }
    found.into_iter().map(|name| RawAuthor { name, ..RawAuthor::default() }).collect()
}

fn leaves(element: &Element<'_>, found: &mut Vec<String>) {
    if !element.has_children() {
        let name = element.trimmed();
        if !name.is_empty() {
            found.push(name.into_owned());
        }
    }
    for child in element.children() {
        leaves(child, found);
    }
}

/// Authors in the format's own elements: Atom's as they say it, RSS's and JSON Feed's as feed-rs reads them.
fn persons(item: &Item<'_>) -> Vec<RawAuthor> {
    let elements: Vec<&Element<'_>> = match item.family {
        Family::Atom => {
            let own: Vec<&Element<'_>> = item.element.all(Space::Core, "author").collect();
            let of_source =
                item.element.all(Space::Core, "source").flat_map(|source| source.all(Space::Core, "author"));
            if own.is_empty() { of_source.collect() } else { own }
        }
        Family::Rss => item.element.all(Space::Atom, "author").collect(),
    };
    let described: Vec<RawAuthor> = elements.into_iter().filter_map(person).collect();
    if !described.is_empty() {
        return described;
    }
    let standard = item.entry.iter().flat_map(|entry| &entry.authors);
    let mut standard: Vec<RawAuthor> = standard
        .filter_map(|person| person.name.as_deref().map(bare_name))
        .filter(|name| !name.is_empty())
        .map(|name| RawAuthor { name: name.to_owned(), ..RawAuthor::default() })
        .collect();
    if standard.is_empty() && item.entry.is_none() && item.family == Family::Rss {
        let texts =
            item.element.all(Space::Core, "author").map(|author| bare_name(&author.trimmed()).to_owned());
        let names = texts.filter(|name| !name.is_empty() && !name.contains('@'));
        standard = names.map(|name| RawAuthor { name, ..RawAuthor::default() }).collect();
    }
    standard
}

/// An Atom person construct; arXiv adds affiliations. One without a name is nobody: a mail address is none.
fn person(element: &Element<'_>) -> Option<RawAuthor> {
    let child = |name: &str| {
        let of_that_name = element.children().find(|child| child.name == name && child.space != Space::Arxiv);
        of_that_name.map(Element::trimmed)
    };
    let name = child("name").or_else(|| (!element.has_children()).then(|| element.trimmed()))?;
    let name = Some(bare_name(&name)).filter(|name| !name.is_empty() && !name.contains('@'))?;
    let affiliations = element.children().filter(|child| child.name == "affiliation");
    Some(RawAuthor {
        name: name.to_owned(),
        affiliations: affiliations
            .map(|child| child.trimmed().into_owned())
            .filter(|text| !text.is_empty())
            .collect(),
        orcid: child("uri").filter(|uri| uri.contains("orcid.org/")).map(Cow::into_owned),
        ..RawAuthor::default()
    })
}

/// A name without the brackets in which RSS writes it after a mail address.
fn bare_name(name: &str) -> &str {
    let name = name.trim();
    let inside =
        name.strip_prefix(['(', '<', '"']).map_or(name, |inside| inside.trim_end_matches([')', '>', '"']));
    inside.trim_end_matches(['(', '<', '[', ',']).trim()
}

/// The authors that a description begins with.
fn in_description(description: &Raw) -> Option<String> {
    if !may_name(&description.text) {
        return None;
    }
    let head: String = description.text.chars().take(20_000).collect();
    let lines = match description.markup {
        Markup::Html | Markup::Jats => lines_of(&head),
        Markup::Plain | Markup::Tex | Markup::DamagedTex => head,
    };
    let found = LazyLock::force(&NAMED).as_ref()?.captures(&lines)?;
    let list = found.name("list").or_else(|| found.name("by"))?;
    Some(list.as_str().trim().to_owned()).filter(|list| !list.is_empty())
}

/// Whether a description may name its authors, told faster than by looking for the line. Tags and references may stand before and
/// behind the word.
fn may_name(text: &str) -> bool {
    const LABEL: &str = "author";
    let is_label = |(at, _bracket): (usize, &str)| {
        let label = at.checked_sub(LABEL.len()).and_then(|from| text.get(from..at));
        label.is_some_and(|label| label.eq_ignore_ascii_case(LABEL))
    };
    let mut beginning = text.trim_start();
    loop {
        let tag = beginning.strip_prefix('<').and_then(|tag| tag.split_once('>'));
        let reference = || beginning.strip_prefix('&').and_then(|reference| reference.split_once(';'));
        let Some((_passed, behind)) = tag.or_else(reference) else { break };
        beginning = behind.trim_start();
    }
    beginning.starts_with("by") || text.match_indices('(').any(is_label)
}

/// HTML → lines of text, good enough to find the one that names the authors.
fn lines_of(html: &str) -> String {
    let mut out = String::with_capacity(html.len());
    let mut rest = html;
    while let Some((text, tag)) = rest.split_once('<') {
        out.push_str(text);
        let Some((name, after)) = tag.split_once('>') else { break };
        let name = name.trim_start_matches('/').to_ascii_lowercase();
        if ["p", "br", "div", "li"].iter().any(|block| name.trim_end_matches(['/', ' ']) == *block) {
            out.push('\n');
        }
        rest = after;
    }
    out.push_str(rest);
    decoded(&out)
}

#[cfg(test)]
mod tests {
    use super::bare_name;
    use super::in_description;
    use crate::model::text::Markup;
    use crate::model::text::Raw;

    #[test]
    fn a_description_may_begin_with_the_authors() {
        let elsevier = "<p>Publication date: January 2027</p><p><b>Source:</b> Flags</p><p>Author(s): A. Test, B. Test</p>";
        let found = |text: &str, markup| in_description(&Raw::new(text, markup));
        assert_eq!(found(elsevier, Markup::Html).as_deref(), Some("A. Test, B. Test"));
        assert_eq!(
            found("by Ann Example, Bo Test\n\nWe count.", Markup::Plain).as_deref(),
            Some("Ann Example, Bo Test")
        );
        assert_eq!(
            found("<p>by Ann Example</p>\n<p>We count.</p>", Markup::Html).as_deref(),
            Some("Ann Example")
        );
        for by in ["<p><i>by</i> Ann Example</p>", "<p>&nbsp;by Ann Example</p>"] {
            assert_eq!(found(by, Markup::Html).as_deref(), Some("Ann Example"), "{by}");
        }
        for label in ["<p><b>Author(s)</b>: Ann Example</p>", "<p>AUTHOR(S)&#58; Ann Example</p>"] {
            assert_eq!(found(label, Markup::Html).as_deref(), Some("Ann Example"), "{label}");
        }
        assert_eq!(found("We count by hand.", Markup::Plain), None);
    }

    #[test]
    fn brackets_around_a_name_go() {
        assert_eq!(bare_name("(Ann Example)"), "Ann Example");
        assert_eq!(bare_name("Ann Example <"), "Ann Example");
    }
}
