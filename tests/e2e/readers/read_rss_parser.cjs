// rss-parser, the usual parser of Node.js programs: URL. It knows one author.

const seen = require("./seen.cjs");
const Parser = seen.load("rss-parser");

(async () => {
  const feed = await new Parser().parseURL(process.argv[2]);
  for (const item of feed.items) {
    const author = item.author ?? item.creator;
    seen.say({ id: item.id ?? item.guid, title: item.title, date: item.isoDate, authors: author ? [author].flat() : [] });
  }
})();
