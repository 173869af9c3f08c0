"""JSON Feed 1.1 beyond what a schema can say."""

import json

from lint_common import LIMIT_BYTES, canonical, characters, is_absolute, markup, moment


def once(faults):
    """Refuses objects that say a key twice."""

    def pairs(found):
        keys = [key for key, _value in found]
        for twice in {key for key in keys if keys.count(key) > 1}:
            faults.add("RFC 8259 §4", "a key stands twice", twice)
        return dict(found)

    return pairs


def check(faults, body, address):
    """Checks a document that was served at an address; gives its items' identifiers, in order, and its links."""
    faults.expect(len(body) < LIMIT_BYTES, "size", f"{len(body)} bytes")
    try:
        feed = json.loads(body.decode("utf-8"), object_pairs_hook=once(faults))
    except ValueError as fault:
        faults.add("RFC 8259", f"not JSON ({fault})")
        return [], {}
    if not faults.expect(isinstance(feed, dict), "JSON Feed", "not an object"):
        return [], {}
    strings(faults, feed, "the feed")
    faults.expect(feed.get("version") == "https://jsonfeed.org/version/1.1", "JSON Feed", "version", feed.get("version"))
    faults.expect((feed.get("title") or "").strip(), "JSON Feed", "no title")
    faults.expect(feed.get("feed_url") == address, "self", "feed_url is not the address that was asked", feed.get("feed_url"))
    faults.expect(is_absolute(feed.get("home_page_url")), "JSON Feed", "no home_page_url", feed.get("home_page_url"))
    faults.expect("author" not in feed, "JSON Feed 1.1", "author is deprecated: authors")
    following = feed.get("next_url")
    faults.expect(following is None or (is_absolute(following) and following != address), "JSON Feed", "next_url", following)
    extensions(faults, feed, "the feed")
    items = feed.get("items") or []
    ids = [item.get("id") for item in items]
    for twice in {id for id in ids if ids.count(id) > 1}:
        faults.add("JSON Feed item", "two items with one id", twice)
    for item in items:
        one_item(faults, item)
    return ids, {"next": following}


def strings(faults, value, where):
    if isinstance(value, str):
        characters(faults, value, where)
    elif isinstance(value, list):
        for inner in value:
            strings(faults, inner, where)
    elif isinstance(value, dict):
        for key, inner in value.items():
            strings(faults, inner, key)


def extensions(faults, holder, where):
    """A key that the format does not know starts with an underscore and a letter, and has no dot."""
    for key, value in holder.items():
        if key.startswith("_"):
            is_fine = key[1:2].isalpha() and "." not in key and isinstance(value, dict)
            faults.expect(is_fine, "JSON Feed extensions", f"{key} in {where}")
            about = value.get("about") if isinstance(value, dict) else None
            faults.expect(about is None or is_absolute(about), "JSON Feed extensions", f"about of {key}", about)


def one_item(faults, item):
    id = item.get("id")
    if faults.expect(isinstance(id, str) and id, "JSON Feed item", "id is not a string", id):
        canonical(faults, "JSON Feed item", id)
    body = item.get("content_html")
    faults.expect(body or item.get("content_text"), "JSON Feed item", "no content", id)
    if body:
        markup(faults, f"body of {id}", body)
    faults.expect("author" not in item, "JSON Feed 1.1", "author is deprecated: authors", id)
    for person in item.get("authors", []):
        faults.expect(any(person.get(key) for key in ("name", "url", "avatar")), "JSON Feed authors", "nobody", id)
        faults.expect("url" not in person or is_absolute(person["url"]), "JSON Feed authors", "url", person.get("url"))
    for key in ("url", "external_url"):
        faults.expect(key not in item or is_absolute(item[key]), "JSON Feed item", f"{key} is not absolute", item.get(key))
    dates = {key: moment(faults, "JSON Feed dates", item[key]) for key in ("date_published", "date_modified") if key in item}
    faults.expect("date_published" in dates, "JSON Feed item", "no date_published", id)
    for attachment in item.get("attachments", []):
        is_whole = is_absolute(attachment.get("url")) and "/" in attachment.get("mime_type", "")
        faults.expect(is_whole, "JSON Feed attachments", "url and mime_type are required", id)
    extensions(faults, item, f"item {id}")
