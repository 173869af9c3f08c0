"""Asks a running program for its documents and prints every fault: `lint.py BASE FORMAT[,FORMAT] ADDRESS…`.

The checks cite what they stand on: an RFC, a format's specification, or the habit of validators and readers.
`lint.py --delta ADDRESS BASE KEPT` checks one answer to a reader that has `BASE` and must get all but `KEPT` entries.
Ends with 1 if there was a fault.
"""

import sys

import lint_atom
import lint_http
import lint_json
import lint_opml
import lint_page
import lint_rss
from lint_common import Faults
from lint_http import ask

CHECKS = {"atom": lint_atom.check, "rss": lint_rss.check, "json": lint_json.check}
ARCHIVES = 200
"""So many archive documents are followed."""


def kind_of(address):
    return address.split("?")[0].rsplit(".", 1)[-1]


def feed(address):
    """Checks one list, and the closed documents behind it."""
    faults = Faults(address)
    kind = kind_of(address)
    body = lint_http.check(faults, address, kind)
    if body is None:
        return faults.found
    ids, links = CHECKS[kind](faults, body, address)
    found = faults.found
    older, newer, seen = links.get("prev-archive"), None, {}
    while older and len(seen) < ARCHIVES:
        faults = Faults(older)
        if not faults.expect(older not in seen, "RFC 5005 §4", "archives go round in a ring"):
            return found + faults.found
        body = lint_http.check(faults, older, kind_of(older))
        if body is not None:
            inner, links = CHECKS[kind_of(older)](faults, body, older)
            faults.expect(b"archive" in body and inner, "RFC 5005 §4", "an archive without entries")
            faults.expect(links.get("current") == address, "RFC 5005 §4", "current", links.get("current"))
            faults.expect(newer is None or links.get("next-archive") == newer, "RFC 5005 §4", "next-archive", links.get("next-archive"))
            for id in inner:
                where = next((place for place, known in seen.items() if id in known), None)
                faults.expect(where is None, "archives", f"an entry stands in {where} too", id)
            seen[older] = set(inner)
        found += faults.found
        newer, older = older, links.get("prev-archive") if body is not None else None
    return found


def pages(base, formats, topics):
    """Checks the pages and the subscription list."""
    faults = Faults(f"{base}/opml")
    body = lint_http.check(faults, f"{base}/opml", "opml")
    listed = lint_opml.check(faults, body, f"{base}/opml") if body is not None else []
    for address in listed:
        # Nobody else is asked.
        is_there = (address or "").startswith(f"{base}/") and ask(address).status == 200
        faults.expect(is_there, "OPML 2.0", "a feed is not there", address)
    for topic in topics:
        faults.expect(f"{base}/topics/{topic}.atom" in listed, "OPML 2.0", "a topic is missing", f"{base}/topics/{topic}.atom")
    found = faults.found
    feeds = {topic: [f"{base}/topics/{topic}.{kind}" for kind in formats] for topic in topics}
    front = [f"{base}/topics/{topic}.atom" for topic in topics]
    for address, named in [(f"{base}/", front), *((f"{base}/topics/{topic}", feeds[topic]) for topic in topics)]:
        faults = Faults(address)
        body = lint_http.check(faults, address, "page")
        if body is not None:
            lint_page.check(faults, body, address, named)
        found += faults.found
    return found


def difference(address, base, kept):
    """Checks one answer with a difference."""
    faults = Faults(f"{address} (since {base})")
    kind = kind_of(address)
    whole, _links = CHECKS[kind](Faults(address), ask(address).body, address)
    body = lint_http.check_delta(faults, address, kind, base)
    if body is not None:
        ids, _links = CHECKS[kind](faults, body, address)
        faults.expect(ids == whole[: len(whole) - kept], "RFC 3229", f"{len(ids)} entries of {len(whole)}, {kept} known")
    return faults.found


def main(arguments):
    if arguments[0] == "--delta":
        found = difference(arguments[1], arguments[2], int(arguments[3]))
    else:
        base, formats, addresses = arguments[0], arguments[1].split(","), arguments[2:]
        start = f"{base}/topics/"
        topics = {address.removeprefix(start).split(".")[0] for address in addresses if address.startswith(start)}
        found = pages(base, formats, sorted(topics))
        for address in addresses:
            found += feed(address)
    for fault in found:
        print(fault)
    return 1 if found else 0


sys.exit(main(sys.argv[1:]))
