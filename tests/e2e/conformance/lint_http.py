"""How documents are handed over: RFC 9110, RFC 9111, and RFC 3229 with the manipulation "feed"."""

import email.utils
import http.client
import re
import urllib.parse
import zlib

CONTENT_TYPES = {
    "atom": "application/atom+xml; charset=utf-8",
    "rss": "application/rss+xml; charset=utf-8",
    "json": "application/feed+json",
    "opml": "text/x-opml; charset=utf-8",
    "page": "text/html; charset=utf-8",
}


class Answer:
    """What came back; header names in lower case."""

    def __init__(self, status, headers, body):
        self.status, self.body = status, body
        self.names = [name.lower() for name, _value in headers]
        self.headers = {name.lower(): value for name, value in headers}


def ask(address, method="GET", **headers):
    """One request over a connection of its own; underscores in names stand for hyphens."""
    parts = urllib.parse.urlsplit(address)
    path = parts.path + ("?" + parts.query if parts.query else "")
    connection = http.client.HTTPConnection(parts.netloc, timeout=30)
    connection.request(method, path or "/", headers={name.replace("_", "-"): value for name, value in headers.items()})
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return Answer(answer.status, answer.getheaders(), body)


def repeated(faults, answer, what):
    """RFC 9110 §5.3: a field that is not a list is said once."""
    twice = sorted({name for name in answer.names if answer.names.count(name) > 1} - {"link", "vary"})
    faults.expect(not twice, "RFC 9110 §5.3", f"said more than once: {', '.join(twice)}", what)


def is_same(name, one, other):
    """Whether two answers say the same; the time that is left of a freshness runs between them."""
    timeless = [re.sub(r"max-age=\d+", "max-age", answer.headers.get(name) or "") for answer in (one, other)]
    return timeless[0] == timeless[1] if name == "cache-control" else one.headers.get(name) == other.headers.get(name)


def check(faults, address, kind):
    """Checks the manners at an address; gives the document, if there is one."""
    whole = ask(address)
    if not faults.expect(whole.status == 200, "HTTP", f"status {whole.status}"):
        return None
    headers = whole.headers
    repeated(faults, whole, "GET")
    told = headers.get("content-type")
    faults.expect(told == CONTENT_TYPES[kind], "media type", "not the one of the format", told)
    faults.expect("date" in headers, "RFC 9110 §6.6.1", "no Date")
    vary = {field.strip().lower() for field in headers.get("vary", "").split(",")}
    faults.expect("accept-encoding" in vary, "RFC 9110 §12.5.5", "Vary does not name Accept-Encoding", headers.get("vary"))
    cache = headers.get("cache-control", "")
    faults.expect(re.search(r"\bmax-age=\d+", cache), "RFC 9111 §5.2.2.1", "no max-age", cache)
    faults.expect(re.search(r"\bpublic\b", cache) or kind in ("page", "opml"), "RFC 9111 §5.2.2.9", "a feed is not public", cache)
    if faults.expect(re.fullmatch(r'(W/)?"[^"]*"', headers.get("etag", "")), "RFC 9110 §8.8.3", "no entity tag", headers.get("etag")):
        by_tag(faults, address, whole)
        encodings(faults, address, whole)
        delta(faults, address, whole, kind)
    by_date(faults, address, whole)
    head = ask(address, "HEAD")
    faults.expect(head.status == 200 and not head.body, "RFC 9110 §9.3.2", f"HEAD: status {head.status}, {len(head.body)} bytes")
    for name in headers.keys() | head.headers.keys():
        both = headers.get(name), head.headers.get(name)
        faults.expect(name == "date" or is_same(name, whole, head), "RFC 9110 §9.3.2", f"HEAD has another {name}", both)
    return whole.body


def unmodified(faults, answer, whole, what):
    """RFC 9110 §15.4.5: a 304 says what the 200 would have said, and has no body."""
    if not faults.expect(answer.status == 304, "RFC 9110 §13", f"{what}: status {answer.status}, not 304"):
        return
    faults.expect(not answer.body, "RFC 9110 §15.4.5", f"{what}: a body")
    repeated(faults, answer, what)
    for name in ("etag", "vary", "cache-control"):
        both = whole.headers.get(name), answer.headers.get(name)
        faults.expect(is_same(name, whole, answer), "RFC 9110 §15.4.5", f"{what}: another {name}", both)
    faults.expect("date" in answer.headers, "RFC 9110 §15.4.5", f"{what}: no Date")


def by_tag(faults, address, whole):
    tag = whole.headers["etag"]
    opaque = tag.removeprefix("W/")
    for value in (tag, "W/" + opaque, f'"x", {tag}', "*"):
        unmodified(faults, ask(address, If_None_Match=value), whole, f"If-None-Match: {value}")
        unmodified(faults, ask(address, "HEAD", If_None_Match=value), whole, f"HEAD, If-None-Match: {value}")
    other = ask(address, If_None_Match='"x"')
    faults.expect(other.status == 200, "RFC 9110 §13.1.2", f"another tag: status {other.status}")
    again = ask(address)
    is_true = again.body == whole.body or again.headers.get("etag") != tag
    faults.expect(is_true, "RFC 9110 §8.8.1", "one tag for two representations", tag)


def by_date(faults, address, whole):
    told = whole.headers.get("last-modified")
    if told is None:
        return
    modified, now = email.utils.parsedate_to_datetime(told), email.utils.parsedate_to_datetime(whole.headers["date"])
    faults.expect(modified <= now, "RFC 9110 §8.8.2.1", "Last-Modified lies ahead of Date", told)
    unmodified(faults, ask(address, If_Modified_Since=told), whole, "If-Modified-Since")
    later = email.utils.format_datetime(now, usegmt=True)
    unmodified(faults, ask(address, If_Modified_Since=later), whole, "a later If-Modified-Since")
    for headers in ({"If_Modified_Since": "yesterday"}, {"If_Modified_Since": later, "If_None_Match": '"x"'}):
        answer = ask(address, **headers)
        faults.expect(answer.status == 200, "RFC 9110 §13.1.3", f"status {answer.status} for {headers}")


def encodings(faults, address, whole):
    """Each coding has its own strong tag, or all have weak ones."""
    gzip = ask(address, Accept_Encoding="gzip")
    is_small = len(whole.body) < 1000
    if faults.expect(gzip.headers.get("content-encoding") == "gzip" or is_small, "compression", "no gzip"):
        if gzip.headers.get("content-encoding") == "gzip":
            faults.expect(zlib.decompress(gzip.body, 31) == whole.body, "compression", "gzip holds something else")
    seen = {"identity": whole.headers["etag"]}
    for coding in ("gzip", "br", "zstd", "deflate"):
        answer = ask(address, Accept_Encoding=coding)
        told = answer.headers.get("content-encoding", "identity")
        faults.expect(told in ("identity", coding), "RFC 9110 §12.5.3", f"{told} for one who takes {coding}")
        seen[told] = answer.headers.get("etag", "")
    strong = [tag for tag in seen.values() if not tag.startswith("W/")]
    faults.expect(len(strong) == len(set(strong)), "RFC 9110 §8.8.3.3", "one strong tag for two codings", seen)
    refused = ask(address, Accept_Encoding="gzip;q=0")
    faults.expect("content-encoding" not in refused.headers, "RFC 9110 §12.5.3", "a coding that was refused")


def delta(faults, address, whole, kind):
    """RFC 3229: what a reader is told that asks for the difference to what it has."""
    if kind not in ("atom", "rss", "json"):
        return
    tag = whole.headers["etag"]
    same = ask(address, A_IM="feed", If_None_Match=tag)
    faults.expect(same.status == 304, "RFC 3229", f"nothing is new, yet status {same.status}")
    unknown = ask(address, A_IM="feed", If_None_Match='"x"')
    is_whole = unknown.status == 200 and unknown.body == whole.body
    faults.expect(is_whole, "RFC 3229", f"an unknown base: status {unknown.status}, {len(unknown.body)} bytes")
    for headers in ({"A_IM": "feed"}, {"A_IM": "vcdiff", "If_None_Match": '"x"'}):
        answer = ask(address, **headers)
        faults.expect(answer.status == 200, "RFC 3229", f"status {answer.status} for {headers}")


def check_delta(faults, address, kind, base):
    """Checks a difference that must not be empty; gives the document."""
    answer = ask(address, A_IM="feed", If_None_Match=base)
    if not faults.expect(answer.status == 226, "RFC 3229 §10.4.1", f"status {answer.status}, not 226"):
        return None
    repeated(faults, answer, "226")
    headers, now = answer.headers, ask(address).headers.get("etag")
    faults.expect(headers.get("im", "").strip() == "feed", "RFC 3229 §10.5.2", "IM", headers.get("im"))
    faults.expect(headers.get("etag") == now, "RFC 3229 §10.4.1", "the tag is not the one of the whole", headers.get("etag"))
    told = headers.get("content-type")
    faults.expect(told == CONTENT_TYPES[kind], "media type", "not the one of the format", told)
    cache = {word.strip() for word in headers.get("cache-control", "").split(",")}
    faults.expect({"no-store", "im"} <= cache, "RFC 3229 §10.8.2", "a plain cache may keep it", sorted(cache))
    vary = {field.strip().lower() for field in headers.get("vary", "").split(",")}
    faults.expect({"a-im", "if-none-match"} <= vary, "RFC 3229 §10.9", "Vary", sorted(vary))
    return answer.body
