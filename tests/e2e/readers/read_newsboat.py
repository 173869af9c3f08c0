"""Newsboat, from its own cache: URL, a folder to live in."""

import os
import shutil
import sqlite3
import subprocess
import sys

import seen

if not shutil.which("newsboat"):
    seen.missing("newsboat is not installed")
url, home = sys.argv[1:3]
files = {name: os.path.join(home, name) for name in ("urls", "cache.db", "config", "log")}
with open(files["urls"], "w") as urls:
    urls.write(url + "\n")
open(files["config"], "w").close()
command = ["newsboat", "-u", files["urls"], "-c", files["cache.db"], "-C", files["config"], "-d", files["log"], "-l", "2"]
subprocess.run([*command, "-x", "reload"], env={**os.environ, "HOME": home, "TERM": "xterm"}, check=True)
rows = sqlite3.connect(files["cache.db"]).execute("select guid, title, pubDate, author from rss_item order by id desc")
for guid, title, date, author in rows:
    seen.say(guid, title, date, [author] if author else [])
