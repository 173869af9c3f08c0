"""RSS 2.0 documents: the specification, the modules, and the rules of feed validators."""

from lint_common import ATOM, CONTENT, DC, characters, is_absolute, mail_date, markup
from lint_xml import children, parse, text

DAYS = {"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"}


def check(faults, body, address):
    """Checks a document that was served at an address; gives its items' identifiers, in order, and its links."""
    root = parse(faults, body)
    if root is None or not faults.expect(root.tag == "rss" and root.get("version") == "2.0", "RSS 2.0", "the root is not rss 2.0", root.tag):
        return [], {}
    channels = children(root, "channel")
    if not faults.expect(len(channels) == 1 and len(root) == 1, "RSS 2.0", "not one channel"):
        return [], {}
    channel = channels[0]
    for name in ("title", "link", "description"):
        found = children(channel, name)
        faults.expect(len(found) == 1 and (found[0].text or "").strip(), "RSS 2.0 channel", f"not one {name}")
    faults.expect(is_absolute(text(channel, "link")), "RSS 2.0 channel", "the link is not absolute", text(channel, "link"))
    for name in ("pubDate", "lastBuildDate"):
        if channel.find(name) is not None:
            mail_date(faults, "RSS 2.0 channel", text(channel, name))
    rhythm(faults, channel)
    links = {link.get("rel"): link for link in children(channel, ATOM + "link")}
    own = links.get("self")
    if faults.expect(own is not None, "RSS profile", "no atom:link to itself"):
        faults.expect(own.get("href") == address, "self", "it is not the address that was asked", own.get("href"))
        faults.expect(own.get("type") == "application/rss+xml", "self", "its type is not RSS", own.get("type"))
    is_item_seen = False
    for child in channel:
        faults.expect(child.tag == "item" or not is_item_seen, "order", "metadata after the first item", child.tag)
        is_item_seen = is_item_seen or child.tag == "item"
    items = children(channel, "item")
    ids = [text(item, "guid") for item in items]
    for twice in {id for id in ids if ids.count(id) > 1}:
        faults.add("RSS 2.0 guid", "two items with one guid", twice)
    for item in items:
        one_item(faults, item)
    return ids, {rel: link.get("href") for rel, link in links.items()}


def rhythm(faults, channel):
    ttl = text(channel, "ttl")
    faults.expect(ttl is None or ttl.isdigit(), "RSS 2.0 ttl", "not a number of minutes", ttl)
    hours = [hour.text or "" for hour in channel.iterfind("skipHours/hour")]
    is_fine = all(hour.isdigit() and int(hour) < 24 for hour in hours) and len(set(hours)) == len(hours)
    faults.expect(is_fine, "RSS 2.0 skipHours", "hours are 0 to 23, each once", hours)
    days = [day.text for day in channel.iterfind("skipDays/day")]
    faults.expect(set(days) <= DAYS and len(set(days)) == len(days), "RSS 2.0 skipDays", "not names of days", days)


def one_item(faults, item):
    id = text(item, "guid")
    for name in ("title", "link", "description", "guid", "pubDate", "author", "comments", "source", "enclosure"):
        count = len(children(item, name))
        faults.expect(count <= 1, "RSS 2.0 item", f"{count} elements {name}", id)
    shown = (text(item, "title") or text(item, "description") or "").strip()
    faults.expect(shown, "RSS 2.0 item", "neither title nor description", id)
    if faults.expect(id, "RSS 2.0 guid", "an item without a guid", shown):
        is_link = item.find("guid").get("isPermaLink", "true") == "true"
        is_address = is_absolute(id) and id.startswith(("http://", "https://"))
        faults.expect(not is_link or is_address, "RSS 2.0 guid", "a permalink is not an address", id)
    link = text(item, "link")
    faults.expect(link is None or is_absolute(link), "RSS 2.0 item", "a link is not absolute", link)
    if faults.expect(item.find("pubDate") is not None, "RSS 2.0 item", "no pubDate", id):
        mail_date(faults, "RSS 2.0 pubDate", text(item, "pubDate"))
    creators = children(item, DC + "creator")
    author = text(item, "author")
    faults.expect(author is None or "@" in author, "RSS 2.0 author", "not an e-mail address", author)
    faults.expect(author is None or not creators, "RSS profile", "both author and dc:creator", id)
    for creator in creators:
        faults.expect((creator.text or "").strip(), "Dublin Core", "an empty dc:creator", id)
    order = [child.tag for child in item if child.tag in ("description", CONTENT + "encoded")]
    is_fine = CONTENT + "encoded" not in order or order == ["description", CONTENT + "encoded"]
    faults.expect(is_fine, "RSS profile", "no description before content:encoded", id)
    for name in ("description", CONTENT + "encoded"):
        body = text(item, name)
        if body is not None:
            characters(faults, body, name)
            markup(faults, f"body ({name.split('}')[-1]} of {id})", body)
    for enclosure in children(item, "enclosure"):
        is_whole = enclosure.get("url") and enclosure.get("type") and (enclosure.get("length") or "").isdigit()
        faults.expect(is_whole, "RSS 2.0 enclosure", "url, type and length are required", id)
