"""sfeed, by its own updater: URL, a folder to live in."""

import os
import re
import shutil
import subprocess
import sys

import seen

if not shutil.which("sfeed_update") or not shutil.which("curl"):
    seen.missing("sfeed or curl is not installed")
url, home = sys.argv[1:3]
with open(os.path.join(home, "sfeedrc"), "w") as settings:
    settings.write(f"sfeedpath='{home}/feeds'\nfeeds() {{\n  feed topic '{url}'\n}}\n")
subprocess.run(["sfeed_update", os.path.join(home, "sfeedrc")], stdout=subprocess.DEVNULL, check=True)


def plain(field):
    return re.sub(r"\\(.)", lambda found: {"n": "\n", "t": "\t"}.get(found[1], found[1]), field)


with open(os.path.join(home, "feeds", "topic"), encoding="utf-8") as lines:
    for line in lines:
        date, title, _link, _content, _type, id, author = (plain(field) for field in line.rstrip("\n").split("\t")[:7])
        seen.say(id, title, int(date) if date else None, [author] if author else [])
