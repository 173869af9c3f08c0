// axe-core over every kind of page, by day and by night: BASE. Anything it calls a violation is one.

const fs = require("node:fs");
const site = require("./site.cjs");

const base = process.argv[2];

site.load("axe-core");
const source = fs.readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

/** What axe-core holds against a part of a page: the rule, and where. */
const violations = async (page, part) => {
  const told = await page.evaluate((part) => window.axe.run(part, { resultTypes: ["violations"] }), part);
  return told.violations.map(({ id, help, nodes }) => {
    const places = nodes.slice(0, 3).map(({ target, failureSummary }) => `${target.join(" ")} (${failureSummary.replace(/\s+/g, " ")})`);
    return `${id}: ${help}: ${nodes.length} times: ${places.join(", ")}`;
  });
};

/** Checks every page in one colour scheme. */
const look = async (browser, colorScheme, pages) => {
  const page = await browser.newPage({ colorScheme, viewport: { width: 1280, height: 900 } });
  page.setDefaultTimeout(site.PATIENCE);
  await page.addInitScript(source);
  for (const { kind, path } of pages) {
    await page.goto(base + path);
    // What is folded is checked too.
    await page.evaluate(() => document.querySelectorAll("details").forEach((fold) => (fold.open = true)));
    site.say(`axe: ${kind}, ${colorScheme}: ${path}`, await violations(page, "html"));
  }
  // The dialogs, which are closed until someone asks for them.
  await page.goto(`${base}/`);
  for (const name of ["keys", "list"]) {
    await page.click(`.tools [data-do=${name}]`);
    site.say(`axe: dialog of ${name}, ${colorScheme}`, await violations(page, `#${name}-box`));
    await page.keyboard.press("Escape");
  }
};

(async () => {
  const browser = await site.launch();
  const pages = await site.pages(base);
  await Promise.all(["light", "dark"].map((scheme) => look(browser, scheme, pages)));
  await browser.close();
  site.end();
})();
