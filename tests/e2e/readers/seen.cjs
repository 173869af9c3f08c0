// What a feed reader saw, in the lines of seen.py.

const MISSING = 3;

/** Loads a package, or ends the script as seen.py's `missing` does. */
exports.load = (name) => {
  try {
    return require(name);
  } catch (fault) {
    if (fault.code !== "MODULE_NOT_FOUND") throw fault;
    console.error(`Node.js does not find ${name}`);
    process.exit(MISSING);
  }
};

/** The document at an address. */
exports.fetch = async (url) => {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`${url}: ${answer.status}`);
  return answer.text();
};

/** Prints one entry. */
exports.say = ({ id, title, date, authors }) => {
  const seconds = date == null ? null : new Date(date).toISOString().replace(/\.\d+Z$/, "Z");
  const line = title.trim().split(/\s+/).join(" ");
  console.log(JSON.stringify({ authors: authors ?? null, date: seconds, id: id ?? null, title: line }));
};
