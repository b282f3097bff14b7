"""Two small servers on this machine for the tests of fetching: http with any misbehaviour, and ftp with REST."""

import os
import re
import socket
import socketserver
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from unittest import mock


class Site:
    """A web site: ``pages`` maps a path to its answers, one per request (the last one stays).

    An answer is a function of the request handler. ``requests`` holds (path, headers) of each request and ``sent``
    the number of body bytes sent to each.
    """

    def __init__(self, address):
        self.address = address
        self.pages, self.requests, self.sent = {}, [], []
        self.closing = threading.Event()

    def url(self, path):
        return self.address + path


@contextmanager
def http_site():
    """A :class:`Site` that answers on a free port until the block ends; no proxy stands before it."""
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            path = self.path.partition("?")[0]
            site.requests.append((self.path, dict(self.headers)))
            site.sent.append(0)
            self.place = len(site.sent) - 1
            answers = site.pages.get(path, [status(404)])
            (answers.pop(0) if len(answers) > 1 else answers[0])(self)

        def send(self, body):
            site.sent[self.place] += len(body)    # counted first: who reads the last byte finds it counted
            self.wfile.write(body)
            self.wfile.flush()

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    site = server.site = Site(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        with mock.patch.dict(os.environ, NO_PROXY="127.0.0.1", no_proxy="127.0.0.1"):
            yield site
    finally:
        site.closing.set()
        server.shutdown()
        server.server_close()


def status(code, **headers):
    """An answer without a body: ``status(503, Retry_After="1")``."""
    def answer(handler):
        handler.send_response(code)
        for name, value in {**headers, "Content-Length": "0"}.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
    return answer


def file(content, upto=None, stall=False, ranges=False, length=True, **headers):
    """A file; cut (or stalled) after its first ``upto`` bytes.

    With ``ranges`` a Range request gets the rest if its If-Range is the strong ETag (or Last-Modified) sent here.
    """
    names = {name.replace("_", "-"): value for name, value in headers.items()}

    def answer(handler):
        asked = re.fullmatch(r"bytes=(\d+)-", handler.headers.get("Range", ""))
        asked_if = handler.headers.get("If-Range", "")
        fits = asked_if in (names.get("ETag"), names.get("Last-Modified")) and not asked_if.startswith("W/")
        start = int(asked[1]) if asked and ranges and fits else 0
        body = content[start:]
        handler.send_response(206 if start else 200)
        if start:
            handler.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
        if length:
            handler.send_header("Content-Length", str(len(body)))
        else:
            handler.close_connection = True
        for name, value in names.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.send(body if upto is None else body[:upto])
        if stall:
            handler.server.site.closing.wait(20)
        if upto is not None:
            handler.close_connection = True
    return answer


@contextmanager
def ftp_site(files, cut=None):
    """An ftp server on a free port, which cuts the first transfer after ``cut`` bytes; yields (address, offsets).

    ``files`` maps paths to bytes; ``offsets`` collects the byte at which each transfer began.
    """
    offsets = []

    class Handler(socketserver.StreamRequestHandler):
        def handle(self):
            rest, data = 0, None
            self.say("220 ready")
            for line in self.rfile:
                verb, _, word = line.decode().strip().partition(" ")
                content = files.get(word)
                if verb == "PASV":
                    data = socket.create_server(("127.0.0.1", 0))
                    port = data.getsockname()[1]
                    self.say(f"227 at (127,0,0,1,{port // 256},{port % 256})")
                elif verb == "REST":
                    rest = int(word)
                    self.say("350 restarting")
                elif verb in ("MDTM", "SIZE", "RETR") and content is None:
                    self.say("550 no such file")
                elif verb == "MDTM":
                    self.say("213 20200102030405")
                elif verb == "SIZE":
                    self.say(f"213 {len(content)}")
                elif verb == "RETR":
                    self.say("150 here it comes")
                    stop = rest + cut if cut and not offsets else None
                    offsets.append(rest)
                    with data, data.accept()[0] as channel:
                        channel.sendall(content[rest:stop])
                    if stop:
                        return
                    self.say("226 done")
                else:
                    self.say({"USER": "331 word?", "PASS": "230 in", "QUIT": "221 bye"}.get(verb, "200 well"))

        def say(self, text):
            self.wfile.write(f"{text}\r\n".encode())

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True

    with Server(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield f"ftp://127.0.0.1:{server.server_address[1]}", offsets
        server.shutdown()
