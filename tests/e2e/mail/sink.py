"""A mail server that tests drive: `sink.py [--port 0]`; its first line on standard output is `{"port": …, "control": …}`.

It speaks SMTP on `port` by aiosmtpd, and HTTP on `control`:

    GET  /count               how many letters were taken
    GET  /envelopes           of each letter taken: from, to, message_id, and whether the connection was cut before the answer
    GET  /letters?to=ADDRESS  the same with the whole message, in the order in which they came
    POST /behave              how it behaves from now on, see `Manners`
    POST /close, /open        goes away with all its connections, and comes back on the same port
"""

import argparse
import asyncio
import collections
import dataclasses
import email.parser
import email.policy
import http.server
import json
import socket
import sys
import threading
import time
import urllib.parse

from aiosmtpd.smtp import SMTP


@dataclasses.dataclass
class Manners:
    """Numbers count tries of each recipient; texts are answers of the protocol."""

    # Said to who connects, in place of a welcome.
    greeting: str = ""
    # Answer to MAIL, in place of yes.
    sender: str = ""
    # Each recipient is put off so often.
    greylist: int = 0
    # Recipients who are refused, with the answer.
    refuse: dict = dataclasses.field(default_factory=dict)
    # The connection is cut in the middle of the letter so often.
    cut: int = 0
    # The letter is taken and the connection cut before that is said, so often.
    mute: int = 0
    # The connection is cut in the middle of the letter to these, always.
    poison: list = dataclasses.field(default_factory=list)
    # So many seconds pass before a letter is taken.
    slow: float = 0.0


class World:
    """What the two servers share."""

    def __init__(self):
        self.lock = threading.Lock()
        self.letters, self.manners = [], Manners()
        self.tries = collections.Counter()

    def is_early(self, what, recipient, times):
        """Whether this is one of the first so many tries."""
        with self.lock:
            self.tries[what, recipient] += 1
            return self.tries[what, recipient] <= times

    def letter(self, envelope, is_mute):
        head = email.parser.BytesHeaderParser(policy=email.policy.default).parsebytes(envelope.content)
        return {
            "from": envelope.mail_from,
            "to": envelope.rcpt_tos,
            "message_id": str(head["Message-ID"]),
            "is_mute": is_mute,
            "at": time.time(),
            "message": envelope.content.decode("utf-8", "surrogateescape"),
        }

class Relay(SMTP):
    """The server of one connection."""

    world = None
    open = set()

    def connection_made(self, transport):
        super().connection_made(transport)
        self.open.add(transport)

    def connection_lost(self, error):
        self.open = self.open - {self.transport}
        super().connection_lost(error)

    async def _handle_client(self):
        if self.world.manners.greeting:
            await self.push(self.world.manners.greeting)
            self.transport.close()
            return
        await super()._handle_client()

    async def smtp_DATA(self, arg):
        recipients = self.envelope.rcpt_tos if self.envelope else []
        for recipient in recipients:
            manners = self.world.manners
            if recipient in manners.poison or self.world.is_early("cut", recipient, manners.cut):
                await self.push("354 Go on")
                await self._reader.readuntil(b"\r\n")
                self.transport.abort()
                return
        await super().smtp_DATA(arg)


class Handler:
    """What aiosmtpd asks at each command."""

    def __init__(self, world):
        self.world = world

    async def handle_MAIL(self, _server, _session, envelope, address, options):
        if self.world.manners.sender:
            return self.world.manners.sender
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(self, _server, _session, envelope, address, options):
        manners = self.world.manners
        if address in manners.refuse:
            return manners.refuse[address]
        if self.world.is_early("greylist", address, manners.greylist):
            return "451 4.7.1 Greylisted, try again later"
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 OK"

    async def handle_DATA(self, server, _session, envelope):
        manners = self.world.manners
        if manners.slow:
            await asyncio.sleep(manners.slow)
        is_mute = self.world.is_early("mute", envelope.rcpt_tos[0], manners.mute)
        letter = self.world.letter(envelope, is_mute)
        # Between taking a letter and answering as little as possible happens (RFC 1047). Whoever has gone by now gets no
        # answer and comes again, so the letter is not taken: aiosmtpd stops in one of these rounds of the loop.
        for _ in range(3):
            await asyncio.sleep(0)
        with self.world.lock:
            self.world.letters.append(letter)
        if is_mute:
            server.transport.abort()
        return "250 OK"


class Sink:
    """The SMTP half, which can go away and come back."""

    def __init__(self, world, port):
        self.world, self.server, self.port = world, None, port
        self.loop = asyncio.new_event_loop()
        threading.Thread(target=self.loop.run_forever, daemon=True).start()

    def run(self, task):
        return asyncio.run_coroutine_threadsafe(task, self.loop).result(30)

    def open(self):
        self.run(self._open())

    def close(self):
        self.run(self._close())

    async def _open(self):
        def relay():
            made = Relay(Handler(self.world), hostname="sink.example.org", ident="sink", loop=self.loop)
            made.world = self.world
            return made

        self.server = await self.loop.create_server(relay, "127.0.0.1", self.port, family=socket.AF_INET, backlog=512)
        self.port = self.server.sockets[0].getsockname()[1]

    async def _close(self):
        self.server.close()
        for transport in list(Relay.open):
            transport.abort()
        Relay.open.clear()


class Control(http.server.BaseHTTPRequestHandler):
    """The HTTP half."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *_words):
        pass

    def answer(self, what):
        body = json.dumps(what).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        path, _, query = self.path.partition("?")
        with self.server.world.lock:
            letters = list(self.server.world.letters)
        if path == "/count":
            return self.answer(len(letters))
        if path == "/envelopes":
            return self.answer([{k: v for k, v in one.items() if k != "message"} for one in letters])
        to = urllib.parse.parse_qs(query).get("to")
        return self.answer([one for one in letters if to is None or to[0] in one["to"]])

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        world, sink = self.server.world, self.server.sink
        if self.path == "/behave":
            with world.lock:
                world.manners, world.tries = Manners(**json.loads(body)), collections.Counter()
        elif self.path == "/close":
            sink.close()
        elif self.path == "/open":
            sink.open()
        self.answer("done")


class Server(http.server.ThreadingHTTPServer):
    """The one of the library looks up the name of the host, which may take seconds."""

    daemon_threads = True

    def server_bind(self):
        http.server.socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = self.server_address[:2]

    def handle_error(self, _request, _client):
        # Who goes away in the middle is no fault of this one.
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(_request, _client)


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--port", type=int, default=0)
    given = arguments.parse_args()
    world = World()
    sink = Sink(world, given.port)
    sink.open()
    with Server(("127.0.0.1", 0), Control) as server:
        server.world, server.sink = world, sink
        print(json.dumps({"port": sink.port, "control": server.server_port}), flush=True)
        server.serve_forever()


if __name__ == "__main__":
    main()
