"""Pages for people: whether a reader that is given one finds the feeds."""

import html.parser
import urllib.parse

TYPES = {"atom": "application/atom+xml", "rss": "application/rss+xml", "json": "application/feed+json"}


class Head(html.parser.HTMLParser):
    """The links of a page's head."""

    def __init__(self):
        super().__init__()
        self.links, self.is_head = [], False

    def handle_starttag(self, tag, attributes):
        if tag == "head":
            self.is_head = True
        elif tag == "body":
            self.is_head = False
        elif tag == "link" and self.is_head:
            self.links.append(dict(attributes))


def check(faults, body, address, feeds):
    """Checks that the page at an address names each of the feeds once, with its type and a title."""
    head = Head()
    head.feed(body.decode("utf-8"))
    links = [link for link in head.links if "alternate" in (link.get("rel") or "").split()]
    named = [urllib.parse.urljoin(address, link.get("href") or "") for link in links]
    for feed in feeds:
        faults.expect(named.count(feed) == 1, "autodiscovery", f"it is named {named.count(feed)} times", feed)
    for link, feed in zip(links, named):
        kind = feed.split("?")[0].rsplit(".", 1)[-1]
        faults.expect(link.get("type") == TYPES.get(kind), "autodiscovery", f"the type of {feed}", link.get("type"))
        faults.expect((link.get("title") or "").strip(), "autodiscovery", "a feed without a title", feed)
    titles = [(link.get("title"), link.get("type")) for link in links]
    for twice in {title for title in titles if titles.count(title) > 1}:
        faults.add("autodiscovery", "two feeds of one format with one title", twice)
