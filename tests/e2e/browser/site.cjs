// What the scripts of this folder share: the packages, the browser, the pages of a site, and the lines they print.

const fs = require("node:fs");

const MISSING = 3;
const PATIENCE = 20_000;

/** Ends a script that lacks something. */
const missing = (what) => {
  console.error(what);
  process.exit(MISSING);
};

/** Loads a package, or ends the script. */
const load = (name) => {
  try {
    return require(name);
  } catch (fault) {
    if (fault.code !== "MODULE_NOT_FOUND") throw fault;
    return missing(`Node.js does not find ${name}`);
  }
};

/** The browser, with a profile of its own that is thrown away. */
const launch = async () => {
  const { chromium } = load("playwright-core");
  const executablePath = process.env.OFFPRINT_CHROMIUM ?? "/usr/bin/chromium";
  if (!fs.existsSync(executablePath)) missing(`${executablePath} does not exist`);
  const args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--no-proxy-server"];
  args.push("--disable-background-networking", "--disable-component-update", "--disable-sync");
  return chromium.launch({ executablePath, args });
};

let failed = false;

/** Prints what came of a check. */
const say = (check, faults, note) => {
  failed ||= faults.length > 0;
  const why = faults.length > 0 ? faults.slice(0, 10).join("; ") : note;
  console.log(JSON.stringify({ check, ok: faults.length === 0, ...(why && { why }) }));
};

/** Ends the script as its checks went. */
const end = () => {
  process.exitCode = failed ? 1 : 0;
};

/** A page's text, whatever its status. */
const text = async (url) => (await fetch(url)).text();

/** The first address in a document that has a beginning. */
const linkIn = (html, start) => {
  const found = html.match(new RegExp(`<a [^>]*?href="(${start}[^"?]+)"`));
  if (!found) throw new Error(`no link to ${start}`);
  return found[1];
};

/** One page of every kind: its name, its path, and the status it is served with. */
const pages = async (base) => {
  const front = await text(`${base}/`);
  const paper = linkIn(front, "/papers/");
  const topic = linkIn(front, "/topics/");
  const kinds = {
    front: "/",
    day: linkIn(front, "/daily/"),
    week: linkIn(front, "/week/"),
    month: linkIn(front, "/month/"),
    "day without papers": "/daily/1999-01-01",
    topics: "/topics",
    topic,
    trending: "/trending",
    "trending in a topic": `/trending?topic=${topic.split("/").pop()}`,
    picks: "/picks",
    search: "/search",
    "search with results": "/search?q=model&sort=newest",
    "search without results": "/search?q=nothinghasthisword",
    "search with a fault": "/search?q=(",
    paper,
    "similar papers": `${paper}/similar`,
    status: "/status",
    about: "/about",
    "nothing there": "/nothing-is-here",
  };
  // A paper that was withdrawn looks different, and so does one that has many authors.
  const topics = [...(await text(`${base}/topics`)).matchAll(/<h2><a href="([^"]+)"/g)].map((found) => found[1]);
  for (const path of topics) {
    const list = await text(base + path);
    const articles = list.split("<article ").slice(1);
    const link = (words) => articles.find((article) => article.includes(words))?.match(/href="(\/papers\/[^"]+)"/)[1];
    kinds["withdrawn paper"] ??= link("entry void");
    kinds["paper of many"] ??= link('<details class="people">');
    kinds["older papers of a topic"] ??= list.match(/<a rel="next" href="([^"]+)"/)?.[1].replaceAll("&#38;", "&");
  }
  const all = Object.entries(kinds).filter(([, path]) => path !== undefined);
  return Promise.all(all.map(async ([kind, path]) => ({ kind, path, status: (await fetch(base + path)).status })));
};

/** Everything the browser keeps for a site, but for cookies. */
const kept = (page) => page.evaluate(() => ({ ...localStorage, ...sessionStorage }));

/** A reader with a browser, who is watched: what pages say in the console, whom they ask, what they ask to keep. */
const reader = (browser, base) => {
  const met = { messages: new Set(), strangers: new Set(), cookies: new Set() };
  /** A profile of its own. */
  const visit = async (settings = {}) => {
    const viewport = { width: 1280, height: 900 };
    const context = await browser.newContext({ viewport, permissions: ["clipboard-read", "clipboard-write"], ...settings });
    context.setDefaultTimeout(PATIENCE);
    context.on("console", (message) => {
      // The browser itself remarks on answers like 404 or 401, which some checks want.
      const isStatus = message.text().startsWith("Failed to load resource: the server responded with a status of 4");
      const at = message.location().url;
      if (!isStatus || /\/assets\//.test(at)) met.messages.add(`${at}: ${message.type()}: ${message.text()}`);
    });
    context.on("weberror", (fault) => met.messages.add(`${fault.page()?.url()}: ${fault.error().message}`));
    context.on("request", (request) => {
      if (!request.url().startsWith(`${base}/`)) met.strangers.add(request.url());
    });
    context.on("response", async (response) => {
      const headers = await response.allHeaders().catch(() => ({}));
      if (headers["set-cookie"]) met.cookies.add(`${response.url()} sets ${headers["set-cookie"]}`);
    });
    return context;
  };
  /** Runs a check in a profile of its own. */
  const check = async (name, deed, settings) => {
    const context = await visit(settings);
    try {
      await deed(await context.newPage());
      for (const cookie of await context.cookies()) met.cookies.add(cookie.name);
      say(name, []);
    } catch (fault) {
      const words = String(fault.message).replace(/\x1b\[\d+m/g, "");
      const line = fault.stack?.match(/\w+\.cjs:\d+/)?.[0];
      say(name, [`${line}: ${words.split("\n").filter((line) => line.trim()).slice(0, 12).join(" | ")}`]);
    }
    await context.close();
  };
  /** Prints what was met on the way. */
  const part = () => {
    say("no message in the console, no error on a page", [...met.messages]);
    say("no request to another host", [...met.strangers]);
    say("no cookie", [...met.cookies]);
  };
  return { check, part, visit };
};

module.exports = { PATIENCE, end, kept, launch, linkIn, load, missing, pages, reader, say, text };
