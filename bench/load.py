"""A light load tool: one process, a few kept connections, the next request on each as soon as its answer is whole.

`measure` tells the times of requests and how much of a processor the tool itself took.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import re
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import uvloop

CONNECTIONS = 8
ROUNDS = 2  # answers on each connection at least, however long they take
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


class _Line(asyncio.Protocol):
    """One connection: what has come of the answer to its request."""

    def __init__(self, tool: Tool) -> None:
        self.tool, self.got = tool, bytearray()
        self.began = 0.0

    def connection_made(self, transport: Any) -> None:
        """Ask for the first."""
        self.transport = transport
        self.send()

    def send(self) -> None:
        """Ask."""
        self.began = time.perf_counter()
        self.transport.write(next(self.tool.requests))

    def data_received(self, data: bytes) -> None:
        """Take a piece of the answer; most come in one."""
        if self.got or not _is_whole(data):
            self.got += data
            if not _is_whole(self.got):
                return
            data = bytes(self.got)
            self.got.clear()
        self.tool.take(self, data)

    def connection_lost(self, exc: Exception | None) -> None:
        """The server is not to hang up."""
        self.tool.fail(f"the server hung up: {bytes(self.got[:300])!r}")


def _is_whole(answer: bytes | bytearray) -> bool:
    head = answer.find(b"\r\n\r\n")
    if head < 0:
        return False
    found = _LENGTH.search(answer, 0, head)
    return len(answer) >= head + 4 + int(found[1]) if found else answer.endswith(b"\r\n0\r\n\r\n")


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
            tool.step(max(seconds - (time.perf_counter() - began), 0.05))
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
        self.fault: str | None = None
        self.loop = uvloop.new_event_loop()
        self.lines: list[_Line] = []
        for _ in range(connections):
            connecting = self.loop.create_connection(lambda: _Line(self), "127.0.0.1", port)
            self.lines.append(self.loop.run_until_complete(connecting)[1])

    def step(self, most: float) -> None:
        """Go on for so many seconds. Raises SystemExit for an answer that is not wanted."""
        self.loop.call_later(most, self.loop.stop)
        self.loop.run_forever()
        if self.fault:
            raise SystemExit(self.fault)

    def take(self, line: _Line, answer: bytes) -> None:
        """An answer has come whole."""
        status = answer[9:12]
        if status == b"200":
            self.times.append(time.perf_counter() - line.began)
            line.send()
        elif status == b"503" and self.patient and (found := _RETRY.search(answer)):
            self.refused += 1
            self.loop.call_later(float(found[1]), line.send)
        else:
            self.fail(answer[:600].decode("utf-8", "replace"))

    def fail(self, said: str) -> None:
        """It is no use to go on."""
        self.fault = said
        self.loop.stop()

    def close(self) -> None:
        """Hang up."""
        for line in self.lines:
            line.transport.abort()
        self.loop.run_until_complete(asyncio.sleep(0))  # so that they are gone
        self.loop.close()
