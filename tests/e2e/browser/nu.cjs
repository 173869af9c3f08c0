// The Nu HTML checker over every kind of page, fetched to files: BASE. Its errors are faults; its warnings are only printed.

const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const { spawnSync } = require("node:child_process");
const site = require("./site.cjs");

const base = process.argv[2];
// Pages are written so that they are XML too.
const WANTED = /^Trailing slash on void elements/;

(async () => {
  const jar = site.load("vnu-jar");
  const java = process.env.OFFPRINT_JAVA ?? "java";
  if (spawnSync(java, ["-version"]).error) site.missing(`${java} does not run`);
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "offprint-pages-"));
  try {
    const pages = await site.pages(base);
    const files = [];
    for (const [number, page] of pages.entries()) {
      files.push(path.join(folder, `${number}.html`));
      fs.writeFileSync(files[number], await site.text(base + page.path));
    }
    const told = spawnSync(java, ["-jar", jar, "--format", "json", "--stdout", "--exit-zero-always", ...files], { encoding: "utf8", maxBuffer: 1 << 28 });
    if (told.status !== 0) throw new Error(told.stderr);
    const { messages } = JSON.parse(told.stdout);
    for (const [number, page] of pages.entries()) {
      const here = messages.filter(({ url, message }) => url.endsWith(`/${number}.html`) && !WANTED.test(message));
      const words = ({ message, lastLine, extract }) => `line ${lastLine}: ${message} ${extract ?? ""}`;
      // What it cannot check at all is of the type "non-document-error".
      const faults = here.filter(({ type }) => type !== "info").map(words);
      const warnings = here.filter(({ type }) => type === "info").map((message) => `warning: ${words(message)}`);
      site.say(`nu: ${page.kind}: ${page.path}`, faults, warnings.join("; "));
    }
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
  site.end();
})();
