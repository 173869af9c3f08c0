"""Reads a letter from standard input as strictly as Python can, and prints what it found as JSON.

`read.py [NAME RECORD]`: with the DNS name and text of a DKIM record the signature must be true, and false as soon as the
body, the subject or the sender is another.
"""

import email
import email.policy
import email.utils
import html.parser
import json
import re
import sys


class Links(html.parser.HTMLParser):
    """Every address that a page names or would fetch."""

    def __init__(self):
        super().__init__()
        self.links, self.fetched = [], []

    def handle_starttag(self, tag, attributes):
        for name, value in attributes:
            if name == "href" and tag == "a":
                self.links.append(value)
            elif name in ("src", "srcset", "background", "data", "poster") or (name == "href" and tag == "link"):
                self.fetched.append(value)


def signature(raw, name, record):
    import dkim

    def dns(asked, timeout=5):
        asked = asked.decode() if isinstance(asked, bytes) else asked
        return record.encode() if asked.rstrip(".") == name else None

    assert dkim.verify(raw, dnsfunc=dns), "the signature is not true"
    head, body = raw.split(b"\r\n\r\n", 1)
    forged = [
        head + b"\r\n\r\n" + body.replace(b"papers", b"papars", 1) + b"x\r\n",
        re.sub(rb"(?m)^Subject: ", b"Subject: x", raw, count=1),
        re.sub(rb"(?m)^From: ", b"From: x", raw, count=1),
        b"Subject: Another\r\n" + raw,
        b"List-Unsubscribe: <https://evil.example.org/>\r\n" + raw,
    ]
    for other in forged:
        try:
            assert not dkim.verify(other, dnsfunc=dns), other[:200]
        except dkim.DKIMException:
            pass
    return True


def main():
    raw = sys.stdin.buffer.read()
    is_signed = signature(raw, sys.argv[1], sys.argv[2]) if len(sys.argv) > 2 else False
    letter = email.message_from_bytes(raw, policy=email.policy.default)
    defects = []
    for part in letter.walk():
        defects += [repr(one) for one in part.defects]
        for name, value in part.items():
            defects += [f"{name}: {one!r}" for one in getattr(value, "defects", ())]
    assert all(len(line) <= 998 for line in raw.split(b"\r\n")), "a line is too long"
    assert b"\n" not in raw.replace(b"\r\n", b""), "a bare LF"
    raw.decode("ascii")
    text = letter.get_body(("plain",)).get_content()
    page = letter.get_body(("html",)).get_content()
    links = Links()
    links.feed(page)
    written = re.findall(r"https?://[^\s<>()\[\]]+", text)
    print(
        json.dumps(
            {
                "defects": defects,
                "is_signed": is_signed,
                "headers": {name.lower(): str(value) for name, value in letter.items()},
                "names": [name.lower() for name in letter.keys()],
                "type": letter.get_content_type(),
                "date": email.utils.parsedate_to_datetime(letter["Date"]).isoformat(),
                "text": text,
                "html": page,
                "links": links.links,
                "written": written,
                "fetched": links.fetched,
            }
        )
    )


if __name__ == "__main__":
    main()
