"""rss2email, from the mails that it delivers to a Maildir: URL, a folder to live in."""

import configparser
import datetime
import email.header
import email.utils
import mailbox
import os
import shutil
import subprocess
import sys

import seen

if not shutil.which("r2e"):
    seen.missing("rss2email is not installed")
url, home = sys.argv[1:3]
settings, mails = os.path.join(home, "rss2email.cfg"), os.path.join(home, "Maildir")
os.mkdir(mails)
inbox = mailbox.Maildir(os.path.join(mails, "INBOX"), create=True)


def r2e(*words):
    command = ["r2e", "-c", settings, "-d", os.path.join(home, "rss2email.json"), *words]
    out = subprocess.run(command, env={**os.environ, "HOME": home}, text=True, capture_output=True)
    if out.returncode or "WARNING" in out.stderr or "ERROR" in out.stderr:
        sys.exit(f"r2e {words[0]}: {out.stderr}")


def words(header):
    return str(email.header.make_header(email.header.decode_header(header or "")))


r2e("new", "reader@example.org")
config = configparser.RawConfigParser()
config.read(settings)
wanted = {
    "email-protocol": "maildir",
    "maildir-path": mails,
    "maildir-mailbox": "INBOX",
    "date-header": "True",
    "date-header-order": "issued, modified",
    "name-format": "{author}",
}
config["DEFAULT"].update(wanted)
with open(settings, "w") as file:
    config.write(file)
r2e("add", "topic", url)
r2e("run")
for mail in inbox:
    date = email.utils.parsedate_to_datetime(mail["Date"]).replace(tzinfo=datetime.timezone.utc)
    author = email.utils.parseaddr(words(mail["From"]))[0]
    seen.say(words(mail["X-RSS-ID"]), words(mail["Subject"]), int(date.timestamp()), [author] if author else [])
