"""Python's feedparser, which many readers stand on: URL."""

import calendar
import sys

import seen

try:
    import feedparser
except ImportError:
    seen.missing(f"{sys.executable} cannot import feedparser")

feed = feedparser.parse(sys.argv[1])
if feed.bozo:
    sys.exit(f"feedparser: {feed.bozo_exception}")
for entry in feed.entries:
    authors = [author.name for author in entry.get("authors", []) if "name" in author]
    seen.say(entry.id, entry.title, calendar.timegm(entry.published_parsed), authors)
