"""Bodies on their way through the server: streamed, given up when nobody reads or writes on, never taken for whole."""

from __future__ import annotations

import asyncio
import io
import socket
import threading
from collections.abc import Iterable
from typing import Any

import pytest
from werkzeug.exceptions import ClientDisconnected

from portal.server import bridge
from tests.portal.test_http import NOTHING, PATIENCE, Echo, head, serving, talk


def test_a_body_is_streamed_and_closed_when_its_reader_has_gone() -> None:
    closed, begun = threading.Event(), threading.Event()

    def endless(_environ: Any, start: Any) -> Iterable[bytes]:
        start("200 OK", [("Content-Type", "text/plain")])
        try:
            while True:
                yield b"x" * 100_000
                begun.set()
        finally:
            closed.set()

    with serving(Echo(endless)) as port:
        with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as connection:
            connection.sendall(head("GET", "/x"))
            assert connection.recv(10)
            assert begun.wait(PATIENCE)
        assert closed.wait(PATIENCE)


def test_a_slow_reader_holds_no_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("portal.server.http.THREADS", 1)

    def much(environ: Any, start: Any) -> Iterable[bytes]:
        start("200 OK", [("Content-Type", "text/plain")])
        return iter([b"x" * 1_000_000] * (50 if environ["PATH_INFO"] == "/much" else 1))

    with serving(Echo(much)) as port, socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as slow:
        slow.sendall(head("GET", "/much"))
        assert slow.recv(10)
        assert talk(port, head("GET", "/little")).count(b"x") >= 1_000_000


@pytest.mark.parametrize("pieces", [[], [b""], [b"", b"a", b"b"], [b"x" * 300_000, b"y"]])
def test_what_comes_in_pieces_comes_whole(pieces: list[bytes]) -> None:
    def give(_environ: Any, start: Any) -> Iterable[bytes]:
        start("200 OK", [("Content-Length", str(sum(map(len, pieces))))])
        return iter(pieces)

    with serving(Echo(give)) as port:
        assert talk(port, head("GET", "/x")).split(b"\r\n\r\n", 1)[1] == b"".join(pieces)


def test_a_body_that_breaks_off_is_not_taken_for_whole() -> None:
    faults = list[type[BaseException]]()
    ended = threading.Event()

    def read(environ: Any, start: Any) -> Iterable[bytes]:
        try:
            environ["wsgi.input"].read()
        except ClientDisconnected as fault:
            faults.append(type(fault))
        ended.set()
        start("200 OK", [])
        return [b""]

    with serving(Echo(read)) as port:
        with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as connection:
            connection.sendall(head("POST", "/x", "Content-Length: 10") + b"abc")
            NOTHING.wait(0.1)
        assert ended.wait(PATIENCE)
    assert faults == [ClientDisconnected]


def test_a_body_that_stands_still_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bridge, "PATIENCE", 0.1)
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()

    async def never() -> Any:
        await asyncio.Event().wait()

    body = bridge._Body(loop, never)
    with pytest.raises(ClientDisconnected):
        io.BufferedReader(body).read(1)
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()
