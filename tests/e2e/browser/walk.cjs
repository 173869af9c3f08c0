// A reader walks through every page with a real browser: BASE. Each check begins with an empty profile.

const assert = require("node:assert/strict");
const site = require("./site.cjs");

const base = process.argv[2];

const titles = (page) => page.locator("article.entry h3 a").allTextContents();
const number = (words) => Number(words.replace(/[^0-9]/g, ""));
const heading = (page) => page.locator("h1").textContent();
const focused = (page) => page.evaluate(() => document.activeElement.textContent);
const pathOf = (page) => page.url().slice(base.length);

/** Follows a link, and waits for the page behind it. */
const follow = async (page, link) => {
  const path = await link.getAttribute("href");
  await link.click();
  await page.waitForURL(base + path);
  assert.equal(await page.locator("h1").count(), 1, `${path} has one heading`);
  return path;
};

const walkDays = async (page) => {
  await page.goto(`${base}/`);
  const today = await heading(page);
  assert.ok((await titles(page)).length > 3, "today has papers");
  await follow(page, page.locator(".dates a[rel=prev]"));
  const yesterday = await heading(page);
  assert.notEqual(yesterday, today);
  assert.equal(await page.locator(".strip [aria-current=page]").getAttribute("href"), pathOf(page));
  await follow(page, page.locator(".dates a[rel=prev]"));
  await follow(page, page.locator(".dates a[rel=next]"));
  assert.equal(await heading(page), yesterday, "there and back again");
  const spans = page.locator(".dates .spans a");
  assert.match(await follow(page, spans.getByText("Week")), /^\/week\//);
  assert.equal(await page.locator(".spans [aria-current]").textContent(), "Week");
  await follow(page, page.locator(".dates a[rel=prev]"));
  assert.match(await follow(page, spans.getByText("Month")), /^\/month\//);
  const day = page.locator(".calendar td a").last();
  const listed = number(await day.locator("b").textContent());
  assert.match(await follow(page, day), /^\/daily\//);
  assert.equal(number((await page.locator(".sum").textContent()).split(" ")[0]), listed, "the calendar counts what the day has");
  await follow(page, page.getByRole("navigation", { name: "Main" }).getByText("Today"));
  assert.equal(await heading(page), today);
};

/** The titles of an Atom document, by the browser's own parser. */
const entries = async (page, url) => {
  const answer = await page.request.get(url);
  assert.equal(answer.status(), 200);
  assert.match(answer.headers()["content-type"], /^application\/atom\+xml/);
  const blank = await page.context().newPage();
  return blank.evaluate((text) => {
    const feed = new DOMParser().parseFromString(text, "application/xml").documentElement;
    return [...feed.querySelectorAll("entry > title")].map((title) => title.textContent);
  }, await answer.text());
};

/** Feeds are shown by their style sheet, with a hint, and not as source. */
const styledFeeds = async (page) => {
  await page.goto(`${base}/topics`);
  const atom = await page.locator("head link[type='application/atom+xml']").first().getAttribute("href");
  for (const [path, root, entry] of [[atom, "feed", "entry"], [atom.replace(/\.atom$/, ".rss"), "rss", "item"]]) {
    await page.goto(new URL(path, base).href);
    const seen = await page.evaluate((entry) => {
      const root = document.documentElement;
      const list = root.querySelector("channel") ?? root;
      const first = root.querySelector(entry);
      const title = first?.querySelector("title");
      return {
        root: root.localName,
        hint: getComputedStyle(list, "::before").content,
        entry: first && getComputedStyle(first).display,
        title: title && title.getBoundingClientRect().height > 0,
        identifier: getComputedStyle(first?.querySelector("id, guid") ?? root).display,
      };
    }, entry);
    await page.setViewportSize({ width: 320, height: 700 });
    const [wide, screen] = await page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]);
    assert.ok(wide <= screen, `${path}: ${wide} pixels on ${screen}`);
    assert.match(seen.hint, /This is a feed/, path);
    assert.deepEqual({ ...seen, hint: "" }, { root, hint: "", entry: "flex", title: true, identifier: "none" }, path);
  }
};

const search = async (page) => {
  const count = async () => number(await page.locator("#ranked").textContent());
  await page.goto(`${base}/`);
  await page.fill("#find", "model");
  await page.press("#find", "Enter");
  await page.waitForURL(`${base}/search?q=model`);
  const all = await count();
  assert.ok(all > 3, `${all} papers`);
  const first = await titles(page);
  const option = page.locator("#f-category + ul li").nth(1);
  const narrowed = number(await option.locator("span").first().textContent());
  await follow(page, option.locator("a"));
  assert.equal(await count(), narrowed, "a facet leads to as many papers as it says");
  await follow(page, page.locator(".facet [aria-current=true]"));
  assert.equal(await count(), all);
  assert.deepEqual(await titles(page), first, "the facet is off again");
  const older = page.locator(".pager [rel=next]");
  if ((await older.count()) > 0) {
    await follow(page, older);
    assert.ok((await titles(page)).length > 0);
    await page.goBack();
  }
  await page.selectOption("#sort", "newest");
  await page.locator(".ask button").click();
  await page.waitForURL(/sort=newest/);
  const newest = await titles(page);
  const link = await page.locator('.subscribe a[type="application/atom+xml"]').getAttribute("href");
  assert.equal(await page.locator('head link[type="application/atom+xml"]').getAttribute("href"), link);
  assert.equal(await page.inputValue("#address"), base + link);
  assert.deepEqual((await entries(page, base + link)).slice(0, 5), newest.slice(0, 5), "the feed begins as the page does");
};

const explainFault = async (page) => {
  await page.goto(`${base}/search?q=(`);
  assert.equal(await page.getAttribute("#q", "aria-describedby"), "fault");
  assert.match(await page.textContent("#fault"), /parenthesis/);
  assert.equal(await page.inputValue("#q"), "(", "what was typed is still there");
};

const unfold = async (page) => {
  await page.goto(`${base}/`);
  const fold = page.locator("details.abstract").filter({ has: page.locator("math") }).first();
  const summary = fold.locator("summary");
  const height = async () => (await fold.boundingBox()).height;
  const folded = await height();
  await summary.click();
  assert.ok((await height()) > folded, "there is more to read");
  const formulas = await fold.locator("math").all();
  for (const formula of formulas) {
    const box = await formula.boundingBox();
    assert.ok(box?.width > 2 && box?.height > 4, `a formula of ${box?.width} × ${box?.height}`);
  }
  // Where MathML is not drawn, an exponent is a letter like any other.
  const raised = fold.locator("msup > :nth-child(2)").first();
  if ((await raised.count()) > 0) {
    const [foot, exponent] = [await raised.locator("xpath=preceding-sibling::*[1]").boundingBox(), await raised.boundingBox()];
    assert.ok(exponent.y + exponent.height < foot.y + foot.height, "exponents stand higher");
  }
  await summary.click();
  assert.equal(await height(), folded, "and folds again");
};

const keyboard = async (page) => {
  const press = (key) => page.keyboard.press(key);
  await page.goto(`${base}/`);
  const shown = await titles(page);
  await press("Tab");
  assert.equal(await focused(page), "Skip to the content");
  const skip = await page.locator(".skip").boundingBox();
  assert.ok(skip.x >= 0 && skip.y >= 0 && skip.height > 10, "the skip link is seen when it has the focus");
  await press("Enter");
  await page.waitForURL(`${base}/#main`);
  await press("Tab");
  assert.ok(await page.evaluate(() => document.querySelector("main").contains(document.activeElement)), "the next stop is in the content");
  // The first stop may be inside of the list; these keys begin anew.
  await page.goto(`${base}/`);
  for (const key of ["j", "j", "k"]) await press(key);
  assert.equal(await focused(page), shown[0]);
  await press("j");
  assert.equal(await focused(page), shown[1]);
  const here = page.locator("article.entry").nth(1);
  await press("e");
  assert.equal(await here.locator("details.abstract").getAttribute("open"), "");
  await press("e");
  await press("s");
  assert.equal(await here.locator("[data-do=save]").getAttribute("aria-pressed"), "true");
  await page.locator("#said").getByText("On the reading list.").waitFor({ state: "attached" });
  await press("?");
  assert.ok(await page.locator("#keys-box").isVisible());
  assert.ok(await page.evaluate(() => document.querySelector("#keys-box").contains(document.activeElement)), "the focus is in the dialog");
  await press("j");
  await press("Escape");
  assert.equal(await page.locator("#keys-box").isVisible(), false);
  assert.equal(await focused(page), shown[1], "the focus is where it was");
  await press("o");
  await page.waitForURL(/\/papers\//);
  assert.equal(await heading(page), shown[1]);
  await press("/");
  assert.equal(await page.evaluate(() => document.activeElement.id), "find");
  await page.keyboard.type("jok?");
  assert.equal(await page.inputValue("#find"), "jok?", "in a field, keys are letters");
  await page.fill("#find", "");
  await page.keyboard.type("lora");
  await press("Enter");
  await page.waitForURL(`${base}/search?q=lora`);
  assert.ok((await titles(page)).length > 0);
};

/** Every stop of the Tab key can be seen, and the last one is not a trap. */
const stops = async (page) => {
  for (const path of ["/", "/search?q=model"]) {
    await page.goto(base + path);
    let many = 0;
    for (; many < 600; many += 1) {
      await page.keyboard.press("Tab");
      const stop = await page.evaluate(() => {
        const at = document.activeElement, box = at.getBoundingClientRect();
        if (at === document.body) return null;
        const look = () => {
          const wears = getComputedStyle(at);
          return [wears.outlineStyle, wears.boxShadow, wears.color, wears.backgroundColor, wears.textDecoration].join();
        };
        const focused = look();
        at.blur();
        const isMarked = look() !== focused;
        at.focus();
        const isThere = box.width > 1 && box.height > 1 && box.bottom > 0 && box.top < innerHeight;
        return { isMarked, isThere, what: at.outerHTML.slice(0, 120) };
      });
      if (!stop) break;
      assert.ok(stop.isMarked, `the focus cannot be seen on ${stop.what}`);
      assert.ok(stop.isThere, `the focus is out of sight on ${stop.what}`);
    }
    assert.ok(many > 20 && many < 600, `${path} has ${many} stops`);
  }
};

const readingList = async (page) => {
  await page.goto(`${base}/`);
  for (const key of ["j", "e", "j", "k"]) await page.keyboard.press(key);
  await page.locator("details.people summary, details.abstract summary").first().click();
  await page.locator("article.entry h3 a").first().click();
  await page.waitForURL(/\/papers\//);
  await page.goto(`${base}/`);
  assert.deepEqual(await site.kept(page), {}, "nothing is kept before it is asked for");
  const title = (await titles(page))[1];
  const save = page.locator("article.entry").nth(1).locator("[data-do=save]");
  await save.click();
  await page.reload();
  assert.equal(await save.getAttribute("aria-pressed"), "true");
  const list = page.locator(".tools [data-do=list]");
  assert.equal(await list.textContent(), "Reading list (1)");
  await page.goto(`${base}/topics`);
  await page.locator(".foot [data-do=list]").click();
  const line = page.locator("#list-box li");
  assert.equal(await line.locator("a").textContent(), title);
  await page.locator("#list-box [data-do=copy-list]").click();
  await page.locator("#list-box").getByText("Copied", { exact: true }).waitFor();
  assert.match(await page.evaluate(() => navigator.clipboard.readText()), new RegExp(`${base}/papers/`));
  await follow(page, line.locator("a"));
  assert.equal(await heading(page), title);
  assert.equal(await page.locator("article.paper [data-do=save]").textContent(), "Saved");
  await page.locator(".foot [data-do=list]").click();
  await line.getByRole("button").click();
  await page.locator("#list-box").getByText("Nothing yet").waitFor();
  assert.deepEqual(await site.kept(page), {}, "an empty list leaves nothing behind");
};

const hideSeen = async (page) => {
  await page.goto(`${base}/`);
  const shown = (await titles(page)).length;
  const button = page.locator(".tools [data-do=hide]");
  await button.click();
  assert.equal(await button.getAttribute("aria-pressed"), "true");
  const first = page.locator("article.entry").first();
  const link = first.locator("h3 a");
  await follow(page, link);
  await page.goBack();
  await first.waitFor({ state: "hidden" });
  await page.reload();
  assert.equal(await first.isVisible(), false, "hidden after the page was loaded again");
  assert.equal(await page.locator("article.entry").filter({ visible: true }).count(), shown - 1);
  assert.match(await button.textContent(), /\(1 here\)/);
  await button.click();
  assert.ok(await first.isVisible(), "shown again");
  assert.deepEqual(await site.kept(page), {}, "and what was seen is forgotten");
  await button.click();
  await first.locator("[data-do=save]").click();
  await page.keyboard.press("?");
  await page.locator("[data-do=forget]").click();
  assert.deepEqual(await site.kept(page), {}, "all is forgotten");
};

const copies = async (page) => {
  const path = site.linkIn(await site.text(`${base}/`), "/papers/");
  await page.goto(base + path);
  const clipboard = () => page.evaluate(() => navigator.clipboard.readText());
  await page.getByRole("button", { name: "Copy BibTeX" }).click();
  await page.getByRole("button", { name: "Copied" }).waitFor();
  const file = await page.request.get(`${base}${path}.bib`);
  assert.equal((await clipboard()).trim(), (await file.text()).trim(), "what is copied is the file");
  assert.match(await clipboard(), /^@\w+\{/);
  await page.goto(`${base}/`);
  await page.locator("[data-copy=address]").click();
  await page.getByRole("button", { name: "Copied" }).waitFor();
  assert.equal(await clipboard(), await page.inputValue("#address"));
};

/** Pages as they are without a script, beside what they are with one. */
const withoutScript = async (plain, scripted, pages) => {
  for (const { path } of pages) {
    await plain.goto(base + path);
    await scripted.goto(base + path);
    const counts = (page) => Promise.all(["main article", "main li", "main dd", "main tr", "main a", "main p"].map((what) => page.locator(what).count()));
    assert.deepEqual(await counts(plain), await counts(scripted), `${path} is complete`);
    const idle = plain.locator("[data-do], [data-copy], [data-set]").filter({ visible: true });
    assert.equal(await idle.count(), 0, `${path} shows nothing that only a script can do`);
  }
  await plain.goto(`${base}/`);
  const fold = plain.locator("details.abstract").first();
  await fold.locator("summary").click();
  assert.ok(await fold.locator("p").first().isVisible(), "abstracts unfold");
  await plain.fill("#find", "model");
  await plain.press("#find", "Enter");
  await plain.waitForURL(`${base}/search?q=model`);
  assert.ok((await titles(plain)).length > 3, "the form searches");
};

/** What sticks out of a page to the side. Tables and code that scroll by themselves do not. */
const overflow = (page) =>
  page.evaluate(() => {
    for (const fold of document.querySelectorAll("details")) fold.open = true;
    const root = document.documentElement;
    if (root.scrollWidth <= root.clientWidth) return [];
    const scrolls = (node) => node && (["auto", "scroll", "hidden", "clip"].includes(getComputedStyle(node).overflowX) || scrolls(node.parentElement));
    const wide = [...document.body.querySelectorAll("*")].filter((node) => node.getBoundingClientRect().right > root.clientWidth + 0.5);
    const names = wide.filter((node) => !scrolls(node.parentElement)).map((node) => `${node.tagName.toLowerCase()}.${node.getAttribute("class")}`);
    return [`${root.scrollWidth} pixels on ${root.clientWidth}: ${[...new Set(names)].slice(0, 5).join(", ")}`];
  });

/** The faults that `find` names on every page. */
const everywhere = async (page, pages, find) => {
  const faults = [];
  for (const { path } of pages) {
    await page.goto(base + path);
    faults.push(...(await find(page)).map((fault) => `${path}: ${fault}`));
  }
  assert.ok(faults.length === 0, faults.slice(0, 8).join("; "));
};

/** Text whose contrast with its background is below 7:1 where it is read, or below 4.5:1 anywhere. */
const contrast = (page) =>
  page.evaluate(() => {
    const paint = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
    const pixel = (...colours) => {
      for (const colour of colours) { paint.fillStyle = colour; paint.fillRect(0, 0, 1, 1); }
      return [...paint.getImageData(0, 0, 1, 1).data].slice(0, 3);
    };
    const light = (pixel) => {
      const [red, green, blue] = pixel.map((part) => part / 255).map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
      return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    };
    const isDark = matchMedia("(prefers-color-scheme: dark)").matches;
    const line = (node) => (node ? [...line(node.parentElement), node] : []);
    const behind = (node) => [isDark ? "black" : "white", ...line(node).map((one) => getComputedStyle(one).backgroundColor)];
    const ground = light(pixel(...behind(document.body)));
    const faults = [];
    if (isDark ? ground > 0.05 : ground < 0.8) faults.push(`the background has a luminance of ${ground}`);
    const isRead = "h1, h2, h3, .abstract p, .prose p, .sum, dd, .toc a, .entry h3 a";
    for (const fold of document.querySelectorAll("details")) fold.open = true;
    const seen = new Set();
    for (const node of document.body.querySelectorAll("*")) {
      const hasText = [...node.childNodes].some((child) => child.nodeType === 3 && child.data.trim());
      if (!hasText || !node.checkVisibility() || node.closest(".unseen, .skip, annotation, svg")) continue;
      const one = light(pixel(...behind(node), getComputedStyle(node).color)), two = light(pixel(...behind(node)));
      const ratio = (Math.max(one, two) + 0.05) / (Math.min(one, two) + 0.05);
      const name = `${node.parentElement.tagName} ${node.tagName}.${node.className}`.toLowerCase();
      if (ratio >= (node.matches(isRead) ? 7 : 4.5) || seen.has(name)) continue;
      seen.add(name);
      faults.push(`${name} has a contrast of ${ratio.toFixed(2)}`);
    }
    return faults;
  });

/** Every page says what it is: a title of its own, a language, one heading, landmarks. */
const manners = async (page, pages) => {
  const names = new Map();
  for (const { kind, path } of pages) {
    await page.goto(base + path);
    const name = await page.title();
    assert.ok(!names.has(name) || /day|front|paper/.test(kind), `${path} is called ${name}, as ${names.get(name)} is`);
    names.set(name, path);
    for (const landmark of ["banner", "main", "contentinfo"]) {
      assert.equal(await page.getByRole(landmark).count(), 1, `${path}: ${landmark}`);
    }
    assert.equal(await page.locator("h1").count(), 1, path);
    const levels = await page.locator("main :is(h1, h2, h3, h4)").evaluateAll((all) => all.map((one) => Number(one.tagName[1])));
    levels.reduce((last, level) => (assert.ok(level <= last + 1, `${path}: a heading ${level} follows a ${last}`), level), 0);
  }
};

(async () => {
  const browser = await site.launch();
  const reader = site.reader(browser, base);
  const { check } = reader;
  const pages = await site.pages(base);
  const statuses = pages.map(({ path, status }) => `${path} ${status}`).join(", ");
  const wrong = pages.filter(({ kind, status }) => !(kind === "nothing there" ? [404] : [200]).includes(status));
  site.say("pages answer", wrong.map(({ path, status }) => `${path}: ${status}`), statuses);
  // What a reader does, and what holds of every page, side by side.
  const deeds = async () => {
    await check("days, weeks and months lead to each other", walkDays);
    await check("a search is narrowed, widened, sorted and subscribed to", search);
    await check("a feed is shown by its style sheet", styledFeeds);
    await check("a query that cannot be read is explained", explainFault);
    await check("an abstract unfolds and its formulas have a size", unfold);
    await check("the keyboard is enough", keyboard);
    await check("the focus is always seen", stops);
    await check("the reading list survives, and nothing is kept before it is used", readingList);
    await check("what was seen is hidden, and survives", hideSeen);
    await check("a citation and an address are copied", copies);
    await check("every page says what it is", (page) => manners(page, pages));
  };
  const sweeps = async () => {
    const sweep = (name, find, settings) => check(name, (page) => everywhere(page, pages, find), settings);
    const scripted = await (await reader.visit()).newPage();
    await check("every page is complete without a script", (page) => withoutScript(page, scripted, pages), { javaScriptEnabled: false });
    await sweep("nothing sticks out at 320 pixels", overflow, { viewport: { width: 320, height: 700 } });
    await sweep("nothing sticks out of 1280 pixels at 200 %", overflow, { viewport: { width: 640, height: 450 }, deviceScaleFactor: 2 });
    await sweep("by night pages are dark and text is clear", contrast, { colorScheme: "dark" });
    await sweep("by day pages are light and text is clear", contrast, { colorScheme: "light" });
  };
  await Promise.all([deeds(), sweeps()]);
  reader.part();
  await browser.close();
  site.end();
})();
