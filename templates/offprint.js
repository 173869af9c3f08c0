// Offprint's habits: keys, a reading list, hiding what was seen, copying, an editor's marks. Every page works without
// this. Nothing is remembered before it is asked for, and nothing leaves the browser but an editor's mark.
(() => {
  "use strict";
  const d = document, all = (what, from = d) => [...from.querySelectorAll(what)];
  const one = (what, from = d) => from.querySelector(what);
  const make = (name, text, wear = {}) => {
    const made = d.createElement(name);
    made.textContent = text;
    for (const [key, value] of Object.entries(wear)) made.setAttribute(key, value);
    return made;
  };

  // What is kept: offprint.list, .hide, .seen, .keys, .token. A browser that keeps nothing is fine.
  const kept = {
    get(name) { try { return localStorage.getItem("offprint." + name); } catch { return null; } },
    set(name, value) {
      try {
        if (value) localStorage.setItem("offprint." + name, value);
        else localStorage.removeItem("offprint." + name);
      } catch { say("This browser does not let the page remember anything."); }
    },
    list(name) { try { const is = JSON.parse(this.get(name)); return Array.isArray(is) ? is : []; } catch { return []; } },
  };
  let quiet = 0;
  const say = (text) => { const line = one("#said"); if (line) { line.textContent = ""; setTimeout(() => { line.textContent = text; }, 50); clearTimeout(quiet); quiet = setTimeout(() => { line.textContent = ""; }, 6000); } };

  const papers = all("article.entry[data-paper], article.paper[data-paper]");
  const marks = one("main")?.dataset.marks;
  const idOf = (paper) => paper.dataset.paper;
  const linkOf = (paper) => one("h3 a, h1 a", paper);
  let here = null;

  // The reading list.
  const isSaved = (id) => kept.list("list").some((line) => line.id === id);
  const save = (paper) => {
    const id = idOf(paper), link = linkOf(paper), was = isSaved(id);
    const rest = kept.list("list").filter((line) => line.id !== id);
    const line = { id, title: link.textContent, page: link.pathname };
    kept.set("list", was && !rest.length ? "" : JSON.stringify(was ? rest : [line, ...rest].slice(0, 500)));
    say(was ? "Taken off the reading list." : "On the reading list.");
    show();
  };
  const fill = () => {
    const list = one("#list-box ol"), lines = kept.list("list");
    list.replaceChildren(...lines.map((line) => {
      const item = make("li", ""), off = make("button", "Remove", { type: "button", "aria-label": "Remove: " + line.title });
      off.addEventListener("click", () => {
        const rest = kept.list("list").filter((other) => other.id !== line.id);
        kept.set("list", rest.length && JSON.stringify(rest));
        fill(); show(); (one("button", list) || one("#list-box form button")).focus();
      });
      // A path of this site and nothing else, whatever the browser kept.
      const page = String(line.page).startsWith("/") && !String(line.page).startsWith("//") ? line.page : "/";
      item.append(make("a", line.title, { href: page }), " ", off);
      return item;
    }));
    if (!lines.length) list.append(make("li", "Nothing yet: press s on a paper, or use its Save button."));
  };

  // What was seen: remembered only while hiding it is on.
  const see = (paper) => {
    if (!kept.get("hide")) return;
    const seen = kept.list("seen"), id = idOf(paper);
    if (!seen.includes(id)) kept.set("seen", JSON.stringify([id, ...seen].slice(0, 5000)));
  };
  // Papers vanish when a page is opened, not under the reader's eyes.
  const hide = () => {
    const on = Boolean(kept.get("hide")), seen = new Set(on ? kept.list("seen") : []);
    for (const paper of papers) paper.classList.toggle("seen", seen.has(idOf(paper)));
    d.body.classList.toggle("hides", on);
    const gone = all(".entry.seen").length;
    for (const day of all(".day")) day.hidden = on && !one(".entry:not(.seen)", day);
    for (const button of all("[data-do=hide]")) {
      button.setAttribute("aria-pressed", String(on));
      button.textContent = on && gone ? `Hide what I have seen (${gone} here)` : "Hide what I have seen";
    }
  };
  const setHide = (on) => { kept.set("hide", on && "on"); if (!on) kept.set("seen"); hide(); show(); };

  // What the buttons say.
  const show = () => {
    const saved = new Set(kept.list("list").map((line) => line.id)), many = saved.size;
    for (const button of all("[data-do=list]")) button.textContent = many ? `Reading list (${many})` : "Reading list";
    for (const paper of papers) {
      const button = one("[data-do=save]", paper);
      const is = String(saved.has(idOf(paper)));
      if (button.getAttribute("aria-pressed") === is) continue;
      button.textContent = is === "true" ? "Saved" : "Save";
      button.setAttribute("aria-pressed", is);
    }
    for (const field of all("[data-set]")) {
      if (field.dataset.set === "token") field.value = kept.get("token") || "";
      else field.checked = field.dataset.set === "keys" ? kept.get("keys") !== "off" : Boolean(kept.get("hide"));
    }
    const edits = Boolean(kept.get("token"));
    for (const button of all("[data-mark]")) button.hidden = !edits;
  };

  // How a mark moved the topic's papers, by their scores.
  const went = (ranking) => {
    const own = ranking?.marked;
    if (!own) return "";
    return own.before === own.after ? `; by score it stays at ${own.after} of ${ranking.compared}` : `; by score it moved from ${own.before} to ${own.after} of ${ranking.compared}`;
  };
  const moved = (paper, ranking) => {
    one(".moved", paper)?.remove();
    if (!ranking?.marked) return;
    const line = (row) => {
      const item = make("li", ""), was = row.before === row.after ? "" : ` (was ${row.before})`;
      item.append(make("b", String(row.after)), " ", make("a", row.title, { href: linkOf(paper).getAttribute("href").replace(idOf(paper), row.paper) }), was);
      return item;
    };
    const box = make("div", "", { class: "moved" }), list = make("ol", "");
    const rest = ranking.moved.filter((row) => !ranking.first.some((known) => known.paper === row.paper));
    list.append(...[...ranking.first, ...rest].sort((a, b) => a.after - b.after).map(line));
    box.append(make("p", `Marked${went(ranking)}. The first, and what moved furthest:`), list);
    paper.append(box);
  };

  // An editor's mark: the one thing that is sent.
  const mark = async (paper, sign) => {
    const token = kept.get("token");
    if (!token || !marks) return say("Marking papers needs an editor's token; see Keys.");
    try {
      const answer = await fetch(marks, {
        method: "POST",
        headers: { Authorization: "Bearer " + token, "Content-Type": "application/json" },
        body: JSON.stringify({ paper: idOf(paper), mark: sign }),
      });
      const told = await answer.json();
      if (answer.ok) for (const button of all("[data-mark]", paper)) button.setAttribute("aria-pressed", String(button.dataset.mark === sign));
      if (answer.ok) moved(paper, told.ranking);
      say(told.done ? told.done + went(told.ranking) : told.detail || answer.statusText);
    } catch { say("The mark did not arrive; try again."); }
  };

  const copy = async (text, button) => {
    try { await navigator.clipboard.writeText(text); } catch { return say("This browser does not let the page copy."); }
    const was = button.textContent;
    button.textContent = "Copied";
    say("Copied.");
    setTimeout(() => { button.textContent = was; }, 1500);
  };
  const open = (name) => { if (name === "list") fill(); show(); const box = one(`#${name}-box`); if (box && !box.open) box.showModal(); };

  const deeds = {
    hide: () => setHide(!kept.get("hide")),
    list: () => open("list"),
    keys: () => open("keys"),
    save: (button) => save(button.closest("[data-paper]")),
    forget: () => { for (const name of ["list", "hide", "seen", "keys", "token"]) kept.set(name); hide(); show(); say("All is forgotten."); },
    "copy-list": (button) => copy(kept.list("list").map((line) => `${line.title}\n${location.origin}${line.page}`).join("\n\n"), button),
  };
  d.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (button?.dataset.do) deeds[button.dataset.do]?.(button);
    else if (button?.dataset.mark) mark(button.closest("[data-paper]"), button.dataset.mark);
    else if (button?.dataset.copy) {
      const from = one("#" + button.dataset.copy);
      copy(from.value ?? from.textContent, button);
    }
    const paper = event.target.closest("h3 a")?.closest("[data-paper]");
    if (paper) see(paper);
  });
  d.addEventListener("change", ({ target }) => {
    const name = target.dataset?.set;
    if (name === "keys") kept.set("keys", target.checked ? "" : "off");
    if (name === "hide") setHide(target.checked);
    if (name === "token") { kept.set("token", target.value.trim()); show(); }
  });

  // Keys.
  const go = (step) => {
    const shown = papers.filter((paper) => paper.offsetParent);
    if (!shown.length) return;
    const from = shown.indexOf(here);
    if (from >= 0) see(here);
    const to = shown[from < 0 ? (step > 0 ? 0 : shown.length - 1) : Math.min(Math.max(from + step, 0), shown.length - 1)];
    here?.classList.remove("here");
    here = to;
    to.classList.add("here");
    linkOf(to).focus({ preventScroll: true });
    to.scrollIntoView({ block: "nearest" });
  };
  const acts = {
    j: () => go(1),
    k: () => go(-1),
    o: () => { if (here) { see(here); location.assign(linkOf(here).href); } },
    e: () => { const fold = here && one("details.abstract", here); if (fold) fold.open = !fold.open; },
    s: () => { const paper = here || (papers.length === 1 && papers[0]); if (paper) save(paper); },
    "/": () => one("#q, #find")?.focus(),
    "?": () => open("keys"),
  };
  if (marks) { acts["+"] = acts["="] = () => here && mark(here, "+"); acts["-"] = () => here && mark(here, "-"); }
  d.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || one("dialog[open]")) return;
    if (event.target.closest("input, select, textarea, [contenteditable]")) return;
    const act = acts[event.key];
    if (!act || (kept.get("keys") === "off" && event.key !== "?")) return;
    event.preventDefault();
    act();
  });
  d.addEventListener("focusin", (event) => {
    const paper = event.target.closest?.("[data-paper]");
    if (paper && papers.includes(paper) && paper !== here) { here?.classList.remove("here"); here = paper; }
  });

  // What only a script can do is shown by the script.
  for (const paper of papers) {
    const title = linkOf(paper).textContent;
    one("[data-do=save]", paper).ariaLabel = "Save: " + title;
    if (marks) one(".facts", paper).append(
      make("button", "Right", { type: "button", "data-mark": "+", "aria-label": "Right here: " + title }),
      make("button", "Wrong", { type: "button", "data-mark": "-", "aria-label": "Wrong here: " + title }),
    );
  }
  const zone = one("[data-zone]");
  if (zone?.value === "UTC") zone.value = Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
  for (const held of all(".tools[hidden], .foot li[hidden], button[hidden]:not([data-mark])")) held.hidden = false;
  hide();
  show();
  addEventListener("storage", show);
  addEventListener("pageshow", (event) => { if (event.persisted) { hide(); show(); } });
})();
