// feedsmith, which reads Atom, RSS and JSON Feed: URL.

const seen = require("./seen.cjs");
const { parseFeed } = seen.load("feedsmith");

const entries = {
  atom: (feed) =>
    feed.entries.map((entry) => ({
      id: entry.id,
      title: entry.title.value ?? entry.title,
      date: entry.published,
      authors: (entry.authors ?? []).map((author) => author.name),
    })),
  rss: (feed) =>
    feed.items.map((item) => ({
      id: item.guid.value,
      title: item.title,
      date: item.pubDate,
      authors: item.dc?.creators ?? [],
    })),
  json: (feed) =>
    feed.items.map((item) => ({
      id: item.id,
      title: item.title,
      date: item.date_published,
      authors: (item.authors ?? []).map((author) => author.name),
    })),
};

(async () => {
  const { format, feed } = parseFeed(await seen.fetch(process.argv[2]));
  entries[format](feed).forEach(seen.say);
})();
