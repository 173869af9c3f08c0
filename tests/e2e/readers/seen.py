"""What a feed reader saw, as lines that can be compared: one JSON object per entry; null is what the reader does not know."""

import datetime
import json
import sys

MISSING = 3
"""The exit code of a script whose reader is not installed."""


def say(id, title, date, authors):
    """Prints one entry: `date` in seconds since 1970, `authors` as a list."""
    at = None if date is None else datetime.datetime.fromtimestamp(date, datetime.timezone.utc)
    line = {
        "id": id,
        "title": " ".join(title.split()),
        "date": at and at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "authors": authors,
    }
    print(json.dumps(line, ensure_ascii=False, sort_keys=True))


def missing(what):
    """Ends the script of a reader that is not installed."""
    print(what, file=sys.stderr)
    sys.exit(MISSING)
