"""A subscriber that tests drive: `subscriber.py [--host 127.0.0.1] [--port 0]`; its first line on standard output is `{"port": …}`.

`/cb/NAME`, with anything behind it, is a callback. A GET is a hub's question (WebSub section 5.3); a POST or PUT is a delivery, and
is kept with what of its signature is true. So it also stands in for the receivers of webhooks.

`GET /control` tells what came, `?name=NAME` of one callback alone; `&bodies=0` leaves the bodies out, `&deliveries=N&timeout=SECONDS`
waits until so many came. `POST /control` takes one order as JSON, and answers what is known of the callback after it:

    {"name": NAME, "verify": …, "answer": …, …}   changes how the callback behaves: see `USUAL`
    {"name": NAME, "forget": true}                forgets what came
    {"name": NAME, "do": "subscribe", "hub": URL, "topic": URL, "lease": SECONDS}   asks a hub; also "unsubscribe"
    {"do": "discover", "url": URL}                what a feed says of its hubs and itself, in its header and in the document

Written from the Recommendation, not from the program that is tested. Python's standard library is all it needs.
"""

import argparse
import base64
import hashlib
import hmac
import http.server
import json
import re
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
import xml.etree.ElementTree as xml

USUAL = {
    # How a question is answered: "echo", "wrong", "empty", "redirect", "huge", or the number of a status.
    "verify": "echo",
    # How many seconds later.
    "verify_delay": 0,
    # How a delivery is answered: the number of a status, "redirect", or "drop" for no answer at all.
    "answer": 200,
    # Answers that come before that one, each once.
    "answers": [],
    # How many seconds later.
    "delay": 0,
    # Where redirections lead.
    "location": "/cb/elsewhere",
    # What deliveries are signed with.
    "secret": None,
}
METHODS = {"sha1": hashlib.sha1, "sha256": hashlib.sha256, "sha384": hashlib.sha384, "sha512": hashlib.sha512}
LINK = re.compile(r'<([^>]*)>\s*;[^,]*?\brel\s*=\s*"?([^",;]*)"?')
ATOM_LINK = "{http://www.w3.org/2005/Atom}link"
HUGE = b"x" * (1 << 20)
"""Sent again and again where a whole answer would be huge."""


class Callback:
    """What a callback does, and what came to it."""

    def __init__(self):
        self.behaviour = dict(USUAL)
        self.verifications = []
        self.deliveries = []

    def told(self, with_bodies):
        hidden = () if with_bodies else ("body",)
        deliveries = [{key: value for key, value in one.items() if key not in hidden} for one in self.deliveries]
        return {"behaviour": self.behaviour, "verifications": self.verifications, "deliveries": deliveries}


class Callbacks:
    """All callbacks; one that nobody has named behaves as usual."""

    def __init__(self):
        self.news = threading.Condition()
        self.known = {}

    def __getitem__(self, name):
        with self.news:
            return self.known.setdefault(name, Callback())

    def keep(self, kept, what):
        with self.news:
            kept.append(what)
            self.news.notify_all()

    def told(self, name=None, with_bodies=True):
        with self.news:
            if name is not None:
                return self.known.setdefault(name, Callback()).told(with_bodies)
            return {name: callback.told(with_bodies) for name, callback in self.known.items()}

    def wait(self, name, count, seconds):
        """Waits until one callback, or all together, got so many deliveries."""

        def have():
            known = [self.known[name]] if name in self.known else [] if name else self.known.values()
            return sum(len(callback.deliveries) for callback in known) >= count

        with self.news:
            return self.news.wait_for(have, seconds)


CALLBACKS = Callbacks()


def signature(header, secret, body):
    """What of `X-Hub-Signature` is true: none, right, wrong, or of an unknown method (section 7.1)."""
    if header is None:
        return "none"
    method, _, digest = header.partition("=")
    if method not in METHODS:
        return "unknown"
    made = hmac.new((secret or "").encode(), body, METHODS[method]).hexdigest()
    return "right" if secret is not None and hmac.compare_digest(made, digest) else "wrong"


def webhook_signature(headers, secret, body):
    """What of the headers of Standard Webhooks is true."""
    given = headers.get("webhook-signature")
    if given is None:
        return "none"
    try:
        key = base64.b64decode((secret or "").removeprefix("whsec_"), validate=True)
    except ValueError:
        key = secret.encode()
    signed = f"{headers.get('webhook-id')}.{headers.get('webhook-timestamp')}.".encode() + body
    made = "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    return "right" if secret is not None and made in given.split() else "wrong"


def ask(url, form=None):
    """Status, headers and body of an answer, whatever it is; 0 where there is none."""
    data = None if form is None else urllib.parse.urlencode(form).encode()
    try:
        with urllib.request.urlopen(urllib.request.Request(url, data), timeout=30) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.headers, error.read()
    except OSError as error:
        return 0, {}, str(error).encode()


def discover(url):
    """The links of a feed to its hubs and itself (section 4)."""
    status, headers, body = ask(url)
    found = {"header": [], "document": []}
    for value in headers.get_all("Link", []) if status else []:
        found["header"] += [{"rel": rel, "href": href} for href, rel in LINK.findall(value)]
    try:
        root = xml.fromstring(body)
        for link in [*root.findall(ATOM_LINK), *root.findall(f"channel/{ATOM_LINK}")]:
            found["document"].append({"rel": link.get("rel", "alternate"), "href": link.get("href")})
    except xml.ParseError:
        pass
    for place, links in found.items():
        found[place] = [link for link in links if link["rel"] in ("hub", "self")]
    return {"status": status, **found}


def subscribe(order, here):
    """Sends a hub an intent; the answer is what the hub says at once."""
    name = order["name"]
    form = {
        "hub.mode": order["do"],
        "hub.topic": order["topic"],
        "hub.callback": order.get("callback", f"{here}/cb/{urllib.parse.quote(name)}"),
    }
    secret = CALLBACKS[name].behaviour["secret"]
    if secret is not None:
        form["hub.secret"] = secret
    if "lease" in order:
        form["hub.lease_seconds"] = order["lease"]
    status, _headers, body = ask(order["hub"], form)
    return {"status": status, "body": body.decode(errors="replace")}


class Handler(http.server.BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    # Else an answer waits for the other side's acknowledgement of its head.
    disable_nagle_algorithm = True
    wbufsize = -1

    def log_message(self, *_what):
        pass

    def do_GET(self):
        address = urllib.parse.urlsplit(self.path)
        if address.path == "/control":
            return self.tell(urllib.parse.parse_qs(address.query))
        name = self.callback_name(address.path)
        if name is None:
            return self.answer(404)
        return self.verify(CALLBACKS[name], address.query)

    def do_POST(self):
        arrival = time.time()
        body = self.read_body()
        path = urllib.parse.urlsplit(self.path).path
        if path == "/control":
            return self.obey(body)
        name = self.callback_name(path)
        if name is None:
            return self.answer(404)
        return self.take(CALLBACKS[name], arrival, body)

    do_PUT = do_POST

    def verify(self, callback, query):
        fields = dict(urllib.parse.parse_qsl(query, keep_blank_values=True))
        behaviour = dict(callback.behaviour)
        CALLBACKS.keep(callback.verifications, {"time": time.time(), "query": query, "fields": fields})
        time.sleep(behaviour["verify_delay"])
        challenge = fields.get("hub.challenge", "").encode()
        how = behaviour["verify"]
        if how == "redirect":
            return self.answer(302, challenge, {"Location": behaviour["location"]})
        if how == "huge":
            return self.answer_hugely(challenge)
        if isinstance(how, int):
            return self.answer(how, challenge)
        return self.answer(200, {"echo": challenge, "wrong": b"wrong-" + challenge, "empty": b""}[how])

    def take(self, callback, arrival, body):
        with CALLBACKS.news:
            behaviour = dict(callback.behaviour)
            answers = callback.behaviour["answers"]
            how = answers.pop(0) if answers else behaviour["answer"]
        secret = behaviour["secret"]
        delivery = {
            "time": arrival,
            "method": self.command,
            "path": self.path,
            "headers": {name.lower(): ", ".join(self.headers.get_all(name)) for name in self.headers},
            "length": len(body),
            "sha256": hashlib.sha256(body).hexdigest(),
            "body": body.decode(errors="replace"),
            "signature": signature(self.headers.get("X-Hub-Signature"), secret, body),
            "webhook_signature": webhook_signature(self.headers, secret, body),
            "answered": how,
        }
        CALLBACKS.keep(callback.deliveries, delivery)
        time.sleep(behaviour["delay"])
        if how == "drop":
            self.close_connection = True
        elif how == "redirect":
            self.answer(307, b"", {"Location": behaviour["location"]})
        else:
            self.answer(how, b"{}", {"Content-Type": "application/json"})

    def tell(self, query):
        first = {name: values[0] for name, values in query.items()}
        name = first.get("name")
        if "deliveries" in first:
            CALLBACKS.wait(name, int(first["deliveries"]), float(first.get("timeout", 10)))
        self.answer_json(200, CALLBACKS.told(name, first.get("bodies") != "0"))

    def obey(self, body):
        try:
            order = json.loads(body)
            if order.get("do") == "discover":
                return self.answer_json(200, discover(order["url"]))
            if order.get("do") in ("subscribe", "unsubscribe"):
                host, port = self.server.server_address[:2]
                return self.answer_json(200, subscribe(order, f"http://{host}:{port}"))
            name = order.pop("name")
            callback = CALLBACKS[name]
            with CALLBACKS.news:
                if order.pop("forget", False):
                    callback.verifications, callback.deliveries = [], []
                unknown = sorted(set(order) - set(USUAL))
                if unknown:
                    return self.answer_json(400, {"unknown": unknown})
                callback.behaviour = {**callback.behaviour, **order}
        except (ValueError, KeyError, AttributeError) as error:
            return self.answer_json(400, {"fault": repr(error)})
        return self.answer_json(200, CALLBACKS.told(name))

    def callback_name(self, path):
        parts = path.split("/")
        return urllib.parse.unquote(parts[2]) if parts[1] == "cb" and len(parts) > 2 and parts[2] else None

    def read_body(self):
        if "chunked" not in self.headers.get("Transfer-Encoding", "").lower():
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))
        body = b""
        while length := int(self.rfile.readline().split(b";")[0], 16):
            body += self.rfile.read(length)
            self.rfile.readline()
        while self.rfile.readline().strip():
            pass
        return body

    def answer(self, status, body=b"", headers=()):
        self.send_response(status)
        for name, value in dict(headers).items():
            self.send_header(name, value)
        if status != 204:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if status not in (204, 304):
            self.wfile.write(body)

    def answer_json(self, status, what):
        self.answer(status, json.dumps(what).encode(), {"Content-Type": "application/json"})

    def answer_hugely(self, start):
        """The challenge, and then ten gigabytes, unless the other side has had enough."""
        self.send_response(200)
        self.send_header("Content-Length", str(len(start) + 10_000 * len(HUGE)))
        self.end_headers()
        self.close_connection = True
        try:
            self.wfile.write(start)
            for _ in range(10_000):
                self.wfile.write(HUGE)
        except OSError:
            pass


class Server(http.server.ThreadingHTTPServer):
    """Holds a thousand deliveries at once."""

    daemon_threads = True
    request_queue_size = 2_048

    def server_bind(self):
        # The one of the library looks up the name of the host, which may take seconds.
        http.server.socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = self.server_address[:2]

    def handle_error(self, _request, _client):
        # Who goes away in the middle is no fault of this one.
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(_request, _client)


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--host", default="127.0.0.1")
    arguments.add_argument("--port", type=int, default=0)
    given = arguments.parse_args()
    with Server((given.host, given.port), Handler) as server:
        print(json.dumps({"port": server.server_port}), flush=True)
        server.serve_forever()


if __name__ == "__main__":
    main()
