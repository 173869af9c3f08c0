// An editor marks papers with the keyboard: BASE TOPIC TOKEN. The topic is ranked, and has two papers at least.

const assert = require("node:assert/strict");
const site = require("./site.cjs");

const [base, topic, token] = process.argv.slice(2);

/** Types a token into the dialog. */
const enter = async (page, token) => {
  await page.keyboard.press("?");
  await page.fill("#token", token);
  await page.keyboard.press("Tab");
  await page.keyboard.press("Escape");
};

const mark = async (page) => {
  const sent = [];
  page.on("request", (request) => request.method() === "POST" && sent.push(request));
  await page.goto(`${base}/topics/${topic}`);
  const id = await page.locator("article.entry").nth(1).getAttribute("data-paper");
  const paper = page.locator(`article.entry[data-paper="${id}"]`);
  const right = paper.locator('[data-mark="+"]');
  assert.equal(await right.isVisible(), false, "only editors see these buttons");
  for (const key of ["j", "j", "+"]) await page.keyboard.press(key);
  await page.locator("#said").getByText("needs an editor's token").waitFor({ state: "attached" });
  const marks = `/api/v1/topics/${topic}/marks`;
  const press = async () => {
    const answer = page.waitForResponse(base + marks);
    await page.keyboard.press("+");
    return (await answer).status();
  };
  await enter(page, "not-the-token");
  assert.equal(await press(), 401);
  await page.locator("#said").getByText("needs an editor's token").waitFor({ state: "detached" });
  assert.notEqual(await right.getAttribute("aria-pressed"), "true", "a wrong token marks nothing");
  await enter(page, token);
  assert.equal(await press(), 200);
  await page.locator('.entry.here [data-mark="+"][aria-pressed=true]').waitFor();
  await page.locator(".entry.here .moved li").first().waitFor();
  assert.equal(sent.length, 2, "nothing was sent before there was a token");
  assert.deepEqual(await sent[1].postDataJSON(), { paper: id, mark: "+" });
  await page.reload();
  const wrong = paper.locator('[data-mark="-"]');
  await wrong.click();
  await page.locator('[data-mark="-"][aria-pressed=true]').waitFor();
  assert.deepEqual(Object.keys(await site.kept(page)), ["offprint.token"]);
  await page.keyboard.press("?");
  await page.locator("[data-do=forget]").click();
  assert.equal(await wrong.isVisible(), false, "who forgets the token is no editor");
  assert.deepEqual(await site.kept(page), {});
};

(async () => {
  const browser = await site.launch();
  const reader = site.reader(browser, base);
  await reader.check("an editor marks papers with the keyboard", mark);
  reader.part();
  await browser.close();
  site.end();
})();
