"""feed2exec, through an output plugin (`feed2exec_says.py`): URL, a folder to live in."""

import calendar
import json
import os
import shutil
import subprocess
import sys

import seen

if not shutil.which("feed2exec"):
    seen.missing("feed2exec is not installed")
url, home = sys.argv[1:3]
told = os.path.join(home, "told")
here = os.path.dirname(os.path.abspath(__file__))
command = ["feed2exec", "--config", os.path.join(home, "feeds.ini"), "--database", os.path.join(home, "feeds.db")]
environment = {**os.environ, "HOME": home, "PYTHONPATH": here}
for words in (["add", "topic", url, "--output", "feed2exec_says", "--args", told], ["fetch"]):
    subprocess.run([*command, *words], env=environment, stdout=subprocess.DEVNULL, check=True)
with open(told, encoding="utf-8") as lines:
    for line in lines:
        item = json.loads(line)
        seen.say(item["id"], item["title"], calendar.timegm(tuple(item["date"])), item["authors"])
