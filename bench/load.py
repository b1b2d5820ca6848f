"""A light load tool: one process, a few kept connections, the next request on each as soon as its answer is whole.

`measure` tells the times of requests and how much of a processor the tool itself took.
"""

from __future__ import annotations

import itertools
import os
import re
import select
import socket
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

CONNECTIONS = 8
ROUNDS = 2  # answers on each connection at least, however long they take
PIECE = 1 << 18
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_RETRY = re.compile(rb"\r\nretry-after: *(\d+)", re.IGNORECASE)


@dataclass(frozen=True)
class Figures:
    """What a load gave: requests/s, milliseconds of the median and of the 99th in a hundred; the tool's own share of a
    processor; `cpu_ms` is the server's processor time for a request, None where the system does not tell.
    """

    per_second: float
    p50: float
    p99: float
    tool: float
    cpu_ms: float | None = None


@dataclass
class Load:
    """What several stretches of load gave together."""

    times: list[float] = field(default_factory=list)  # seconds of each request
    seconds: float = 0.0
    tool: float = 0.0  # seconds of processor
    server: float = 0.0

    def figures(self) -> Figures:
        """In sum."""
        times = sorted(self.times) or [float("nan")]
        return Figures(
            len(self.times) / self.seconds,
            times[len(times) // 2] * 1000,
            times[len(times) * 99 // 100] * 1000,
            self.tool / self.seconds,
            self.server / len(self.times) * 1000 if self.server and self.times else None,
        )


@dataclass
class _Line:
    """One connection: its request's beginning, and what has come of the answer."""

    link: socket.socket
    began: float = 0.0
    got: bytearray = field(default_factory=bytearray)
    head: int = -1
    size: int | None = None  # of the whole answer; None while it is not known or tells its end itself

    def take(self, into: memoryview) -> int:
        """What has come, read into memory that is there already: new memory for each piece would cost more than it."""
        size = self.link.recv_into(into)
        self.got += into[:size]
        return size

    def whole(self) -> bool:
        """Whether the answer is there to its end."""
        if self.head < 0:
            self.head = self.got.find(b"\r\n\r\n")
            if self.head < 0:
                return False
            found = _LENGTH.search(self.got, 0, self.head)
            self.size = self.head + 4 + int(found[1]) if found else None
        if self.size is not None:
            return len(self.got) >= self.size
        return self.got.endswith(b"\r\n0\r\n\r\n")

    def send(self, request: bytes) -> None:
        """Ask, and forget the answer before."""
        self.got.clear()
        self.head, self.size = -1, None
        self.began = time.perf_counter()
        self.link.sendall(request)


def request_for(port: int, path: str) -> bytes:
    """The bytes that ask for a path; `POST /path` and a line with a body is sent so."""
    first, _, body = path.partition("\n")
    method, _, address = first.partition(" ") if " " in first else ("GET", "", first)
    length = f"Content-Length: {len(body.encode())}\r\n" if body else ""
    return f"{method} {address} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n{length}\r\n{body}".encode()


def measure(
    port: int,
    paths: Sequence[str],
    seconds: float,
    connections: int = CONNECTIONS,
    onto: Load | None = None,
    *,
    patient: bool = False,
) -> Load:
    """Ask for the paths in turn for so long (each connection twice at least), on top of what was measured before.

    Raises SystemExit for any answer but 200; `patient`, it comes again when it is told to (503).
    """
    load = Load() if onto is None else onto
    tool = Tool(port, paths, connections, patient=patient)
    began, cpu = time.perf_counter(), time.process_time()
    try:
        while time.perf_counter() - began < seconds or len(tool.times) < connections * ROUNDS:
            tool.step(1.0)
    finally:
        tool.close()
    load.times += tool.times
    load.seconds += time.perf_counter() - began
    load.tool += time.process_time() - cpu
    return load


def processor_of(leader: int) -> float:
    """Seconds of processor that the processes of a session have taken; 0 where the system does not tell."""
    taken = 0
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            parts = path.read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
            if int(parts[3]) == leader:
                taken += int(parts[11]) + int(parts[12])
    return taken / os.sysconf("SC_CLK_TCK")


class Tool:
    """Connections that ask for paths in turn. `patient` ones wait where they are told to come again (503)."""

    def __init__(self, port: int, paths: Sequence[str], connections: int, *, patient: bool = False) -> None:
        self.requests: Iterator[bytes] = itertools.cycle([request_for(port, path) for path in paths])
        self.times: list[float] = []
        self.refused, self.patient = 0, patient
        self.waiting: list[tuple[float, _Line]] = []
        self.into = memoryview(bytearray(PIECE))
        self.poll, self.lines = select.poll(), dict[int, _Line]()
        for _ in range(connections):
            link = socket.create_connection(("127.0.0.1", port), timeout=120)
            link.settimeout(None)  # with one, the system is asked before every call whether it would wait
            link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            line = _Line(link)
            self.lines[link.fileno()] = line
            self.poll.register(link.fileno(), select.POLLIN)
            line.send(next(self.requests))

    def step(self, most: float) -> None:
        """Take what has come, at most so many seconds from now, and ask on."""
        for number, _ in self.poll.poll(most * 1000):
            line = self.lines[number]
            if not line.take(self.into):
                raise SystemExit(f"the server hung up: {bytes(line.got[:300])!r}")
            if line.whole():
                self._took(line)
        if self.waiting:
            self._wake()

    def close(self) -> None:
        """Hang up."""
        for line in self.lines.values():
            line.link.close()

    def _took(self, line: _Line) -> None:
        status = line.got[9:12]
        if status == b"200":
            self.times.append(time.perf_counter() - line.began)
        elif status == b"503" and self.patient:
            self.refused += 1
            self.waiting.append((time.perf_counter() + float(_RETRY.search(line.got)[1]), line))
            return
        else:
            raise SystemExit(bytes(line.got[:600]).decode("utf-8", "replace"))
        line.send(next(self.requests))

    def _wake(self) -> None:
        now = time.perf_counter()
        due, self.waiting = (
            [one for one in self.waiting if one[0] <= now],
            [one for one in self.waiting if one[0] > now],
        )
        for _, line in due:
            line.send(next(self.requests))
