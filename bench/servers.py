"""The servers that are compared, each started from nothing and taken down whole."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

PINS = Path(__file__).with_name("datasette-requirements.txt")
DATASETTE = """
import os, signal, socket, sys, uvicorn
from datasette.app import Datasette
listening = socket.socket()
listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
listening.bind(("127.0.0.1", int(sys.argv[2])))
listening.listen(128)
os.fork()
app = Datasette([], immutables=[sys.argv[1]], settings={"sql_time_limit_ms": 120000, "max_csv_mb": 0}).app()
uvicorn.Server(uvicorn.Config(app, log_level="info")).run(sockets=[listening])
"""
HELLO = """
import os, sys
from portal.answers import Answer
from portal.server.http import make_server
from portal.server.processes import listen

class Hello:
    def answer_at_once(self, environ):
        return Answer(200, "Content-Type: text/plain\\r\\nContent-Length: 5\\r\\n", b"hello")

    def __call__(self, environ, start):
        start("404 Not Found", [("Content-Length", "0")])
        return [b""]

first, second = listen("127.0.0.1", int(sys.argv[1]), 2)
make_server(Hello()).run(sockets=[second if os.fork() else first])
"""
HELLO_PATH = "/api/v1/datasets/hello/rows/1"
LONGEST = 20.0  # seconds that a server has to end


@dataclass(frozen=True)
class Server:
    """Where a server listens, and the session that its processes are of."""

    port: int
    session: int


def datasette_python(home: Path) -> str:
    """The Python of an environment of its own that holds Datasette, made here at first use, versions pinned."""
    python = home / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(home)], check=True)
        subprocess.run([str(python), "-m", "pip", "install", "-q", "-r", str(PINS)], check=True)
    return str(python)


@contextmanager
def running(command: list[str], path: str, environment: Mapping[str, str] = {}) -> Iterator[Server]:
    """The command's server while the block runs, at the port that stands for `{port}` in the command."""
    port = free_port()
    filled = [part.replace("{port}", str(port)) for part in command]
    process = subprocess.Popen(
        filled,
        env={**os.environ, **environment},
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_for(process, port, path)
        yield Server(port, process.pid)
    finally:
        _end(process)


def portal(directory: Path, secret: str) -> tuple[list[str], dict[str, str]]:
    """Our own: two processes, every guard on, a rate limit that the load does not reach."""
    environment = {
        "PORTAL_DATA_DIR": str(directory),
        "PORTAL_SECRET_KEY": secret,
        "PORTAL_RATE_LIMIT": "100000000/minute",
    }
    return [sys.executable, "-m", "portal", "serve", "--port", "{port}", "--workers", "2", "--no-worker"], environment


def hello() -> list[str]:
    """The same server round the least that can be said, at `HELLO_PATH`: what the load tool itself can reach."""
    return [sys.executable, "-c", HELLO, "{port}"]


def free_port() -> int:
    """A port that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def ask(port: int, path: str) -> tuple[int, bytes]:
    """Status and body of one answer."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=600)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def _wait_for(process: subprocess.Popen[bytes], port: int, path: str) -> None:
    end = time.monotonic() + 60
    while process.poll() is None and time.monotonic() < end:
        try:
            if ask(port, path)[0] < 500:
                return
        except OSError:
            time.sleep(0.2)
    raise SystemExit("a server did not start")


def _end(process: subprocess.Popen[bytes]) -> None:
    """SIGTERM to it and its children, and past `LONGEST` SIGKILL."""
    for kind in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, kind)
            process.wait(timeout=LONGEST)
        except (ProcessLookupError, subprocess.TimeoutExpired):
            continue
