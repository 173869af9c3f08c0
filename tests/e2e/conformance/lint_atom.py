"""Atom documents beyond what a grammar can say: RFC 4287, RFC 5005, and the rules of feed validators."""

from lint_common import ATOM, FEED_RELATIONS, HISTORY, MATHML, RELATIONS, XHTML
from lint_common import canonical, element, is_absolute, moment
from lint_xml import children, parse, text

METADATA = ["id", "title", "updated"]
AT_MOST_ONE = ["published", "rights", "summary", "content", "source", "generator", "icon", "logo", "subtitle"]
TEXTS = ["title", "subtitle", "summary", "rights"]
LANG = "{http://www.w3.org/XML/1998/namespace}lang"


def check(faults, body, address):
    """Checks a document that was served at an address; gives its entries' identifiers, in order, and its links."""
    root = parse(faults, body)
    if root is None or not faults.expect(root.tag == ATOM + "feed", "RFC 4287 §2", "the root is not a feed", root.tag):
        return [], {}
    faults.expect(b"xmlns:atom=" not in body, "prefixes", "validators warn about the prefix atom:")
    faults.expect(root.get(LANG), "RFC 4287 §2", "the feed does not say its language")
    container(faults, root, "the feed")
    is_entry_seen = False
    for child in root:
        is_entry = child.tag == ATOM + "entry"
        faults.expect(is_entry or not is_entry_seen, "order", "metadata after the first entry", child.tag)
        is_entry_seen = is_entry_seen or is_entry
    self_link(faults, root, address)
    entries = children(root, ATOM + "entry")
    ids = [text(entry, ATOM + "id") for entry in entries]
    for twice in {id for id in ids if ids.count(id) > 1}:
        faults.add("RFC 4287 §4.1.1", "two entries with one id", twice)
    dates = [text(entry, ATOM + "updated") for entry in entries]
    for twice in sorted({date for date in dates if dates.count(date) > 1}):
        faults.add("dates", "two entries with one value of updated", twice)
    has_author = children(root, ATOM + "author")
    for entry, id in zip(entries, ids):
        one_entry(faults, entry, id, has_author)
    faults.expect(len(set(dates)) == 0 or latest(dates) <= text(root, ATOM + "updated"), "RFC 4287 §4.2.15", "the feed is older than an entry")
    links = {link.get("rel", "alternate"): link.get("href") for link in children(root, ATOM + "link")}
    history(faults, root, links)
    return ids, links


def latest(dates):
    return max(date or "" for date in dates)


def container(faults, parent, what):
    """What feeds and entries have in common."""
    for name in METADATA:
        count = len(children(parent, ATOM + name))
        faults.expect(count == 1, "RFC 4287 §4.1", f"{count} elements {name} in {what}")
    for name in AT_MOST_ONE:
        count = len(children(parent, ATOM + name))
        faults.expect(count <= 1, "RFC 4287 §4.1", f"{count} elements {name} in {what}")
    canonical(faults, "RFC 4287 §4.2.6", text(parent, ATOM + "id"))
    faults.expect((text(parent, ATOM + "title") or "").strip(), "RFC 4287 §4.2.14", f"no title in {what}")
    for name in ("updated", "published"):
        if parent.find(ATOM + name) is not None:
            moment(faults, "RFC 4287 §3.3", text(parent, ATOM + name))
    for name in TEXTS:
        for construct in children(parent, ATOM + name):
            text_construct(faults, construct)
    for person in children(parent, ATOM + "author") + children(parent, ATOM + "contributor"):
        one_person(faults, person)
    alternates = set()
    for link in children(parent, ATOM + "link"):
        one_link(faults, link, is_entry=parent.tag == ATOM + "entry")
        key = (link.get("type"), link.get("hreflang"))
        if link.get("rel", "alternate") == "alternate":
            faults.expect(key not in alternates, "RFC 4287 §4.1.1", f"two alternates of {key} in {what}", link.get("href"))
            alternates.add(key)
    for category in children(parent, ATOM + "category"):
        faults.expect(category.get("term"), "RFC 4287 §4.2.2.1", f"a category without a term in {what}")
        scheme = category.get("scheme")
        faults.expect(scheme is None or is_absolute(scheme), "RFC 4287 §4.2.2.2", "a scheme is not an IRI", scheme)


def text_construct(faults, construct):
    name, kind = construct.tag.removeprefix(ATOM), construct.get("type", "text")
    faults.expect(kind in ("text", "html", "xhtml"), "RFC 4287 §3.1.1", f"type {kind} of {name}")
    if kind == "xhtml":
        xhtml(faults, construct)
    else:
        faults.expect(len(construct) == 0, "RFC 4287 §3.1.1", f"child elements in a {kind} {name}")


def xhtml(faults, construct):
    """RFC 4287 §3.1.1.3: one div, and within it nothing that runs or loads."""
    is_div = len(construct) == 1 and construct[0].tag == XHTML + "div"
    outside = (construct.text or "") + "".join(child.tail or "" for child in construct)
    if not faults.expect(is_div and not outside.strip(), "RFC 4287 §3.1.1.3", "no single div", construct.tag):
        return
    for inner in construct[0].iter():
        if not faults.expect(isinstance(inner.tag, str), "body", "a comment or an instruction"):
            continue
        space, _, name = inner.tag.rpartition("}")
        known = faults.expect(space + "}" in (XHTML, MATHML), "body", "neither XHTML nor MathML", inner.tag)
        if known:
            attributes = {key: value for key, value in inner.attrib.items() if not key.startswith("{")}
            element(faults, "body", name, attributes, space + "}")


def one_person(faults, person):
    names = children(person, ATOM + "name")
    named = len(names) == 1 and (names[0].text or "").strip()
    faults.expect(named, "RFC 4287 §3.2.1", "a person without a name, or with two")
    for name in ("uri", "email"):
        faults.expect(len(children(person, ATOM + name)) <= 1, "RFC 4287 §3.2", f"a person has two {name}")
    uri, email = text(person, ATOM + "uri"), text(person, ATOM + "email")
    faults.expect(uri is None or is_absolute(uri), "RFC 4287 §3.2.2", "a person's uri is not an IRI", uri)
    faults.expect(email is None or "@" in email.strip("@"), "RFC 4287 §3.2.3", "an e-mail address is none", email)


def one_link(faults, link, is_entry):
    rel, href = link.get("rel", "alternate"), link.get("href")
    faults.expect(is_absolute(href), "RFC 4287 §4.2.7.1", f"the address of a {rel} link is not absolute", href)
    faults.expect(rel in RELATIONS or is_absolute(rel), "RFC 4287 §4.2.7.2", f"the relation {rel} is not registered")
    faults.expect(not is_entry or rel not in FEED_RELATIONS, "RFC 5005 §2", f"a {rel} link in an entry", href)
    if rel == "enclosure":
        faults.expect(link.get("length") and link.get("type"), "RFC 4287 §4.2.7.6", "an enclosure without length or type", href)


def self_link(faults, root, address):
    links = [link for link in children(root, ATOM + "link") if link.get("rel") == "self"]
    if faults.expect(len(links) == 1, "RFC 4287 §4.1.1", f"{len(links)} self links"):
        faults.expect(links[0].get("href") == address, "self", "it is not the address that was asked", links[0].get("href"))
        faults.expect(links[0].get("type") == "application/atom+xml", "self", "its type is not Atom", links[0].get("type"))


def one_entry(faults, entry, id, has_author):
    container(faults, entry, f"the entry {id}")
    source = entry.find(ATOM + "source")
    inherited = has_author if source is None else children(source, ATOM + "author")
    has_author = children(entry, ATOM + "author") or inherited
    faults.expect(has_author, "RFC 4287 §4.1.2", "neither entry nor feed has an author", id)
    content = entry.find(ATOM + "content")
    alternates = [link for link in children(entry, ATOM + "link") if link.get("rel", "alternate") == "alternate"]
    summary = entry.find(ATOM + "summary")
    if content is None:
        faults.expect(alternates, "RFC 4287 §4.1.2", "neither content nor an alternate", id)
        faults.expect(summary is not None, "RFC 4287 §4.1.2", "neither content nor a summary", id)
        return
    is_outside = content.get("src") is not None or "/" in content.get("type", "text")
    faults.expect(not is_outside or summary is not None, "RFC 4287 §4.1.2", "outside content without a summary", id)
    if content.get("src") is None:
        text_construct(faults, content)


def history(faults, root, links):
    """RFC 5005: what a document says about the documents beside it."""
    is_archive = root.find(HISTORY + "archive") is not None
    if root.find(HISTORY + "complete") is not None:
        paging = (FEED_RELATIONS - {"hub", "current"}) & links.keys()
        faults.expect(not paging, "RFC 5005 §2", "a complete feed has pages", paging)
    if is_archive:
        faults.expect("current" in links, "RFC 5005 §4", "an archive does not name the subscription document")
    else:
        faults.expect("next-archive" not in links, "RFC 5005 §4", "the newest document names a newer one")
        faults.expect(links.get("current", links.get("self")) == links.get("self"), "RFC 5005 §4", "current is elsewhere")
