"""The subscription list: OPML 2.0."""

from lint_common import is_absolute, mail_date
from lint_xml import children, parse

ATTRIBUTES = {
    "text", "type", "isComment", "isBreakpoint", "created", "category", "xmlUrl", "htmlUrl", "title", "description",
    "language", "version", "url",
}  # fmt: skip


def check(faults, body, address):
    """Checks a list; gives the addresses of its feeds."""
    root = parse(faults, body, is_feed=False)
    if root is None or not faults.expect(root.tag == "opml" and root.get("version") == "2.0", "OPML 2.0", "the root is not opml 2.0"):
        return []
    names = [child.tag for child in root]
    if not faults.expect(names == ["head", "body"], "OPML 2.0", f"not head and body: {names}"):
        return []
    for name in ("dateCreated", "dateModified"):
        for date in children(root[0], name):
            mail_date(faults, "OPML 2.0", date.text)
    faults.expect(children(root[1], "outline"), "OPML 2.0", "the body has no outline")
    feeds = []
    for outline in root[1].iter("outline"):
        faults.expect((outline.get("text") or "").strip(), "OPML 2.0", "an outline without text", outline.attrib)
        unknown = [key for key in outline.attrib if key not in ATTRIBUTES and not key.startswith("{")]
        faults.expect(not unknown, "OPML 2.0", "attributes of others stand in a namespace", unknown)
        if outline.get("type") is None:
            faults.expect(len(outline), "OPML 2.0", "an outline is neither a group nor a feed", outline.attrib)
            continue
        faults.expect(outline.get("type") == "rss", "OPML 2.0", "the type of a feed is rss", outline.get("type"))
        faults.expect(outline.get("title"), "OPML 2.0", "a feed without a title", outline.attrib)
        for name in ("xmlUrl", "htmlUrl"):
            faults.expect(is_absolute(outline.get(name)), "OPML 2.0", f"{name} is not absolute", outline.get(name))
        feeds.append(outline.get("xmlUrl"))
    for twice in {feed for feed in feeds if feeds.count(feed) > 1}:
        faults.add("OPML 2.0", "a feed stands twice", twice)
    return feeds
