"""Bodies on their way through the server: streamed, given up when nobody reads or writes on, never taken for whole."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

import pytest
from werkzeug.exceptions import ClientDisconnected

from portal.server import body
from tests.portal.test_http import NOTHING, PATIENCE, Echo, endless, head, serving, talk


def test_a_body_is_streamed_and_closed_when_its_reader_has_gone() -> None:
    closed, begun = threading.Event(), threading.Event()
    with serving(Echo(endless(begun, closed))) as port:
        with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as talking:
            talking.sendall(head("GET", "/x"))
            assert talking.recv(10)
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
        with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as talking:
            talking.sendall(head("POST", "/x", "Content-Length: 200000") + b"a" * 100_000)
            NOTHING.wait(0.1)
        assert ended.wait(PATIENCE)
    assert faults == [ClientDisconnected]


def test_a_body_that_stands_still_or_trickles_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(body, "PATIENCE", 0.1)
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()

    async def never() -> Any:
        await asyncio.Event().wait()

    async def seldom() -> Any:
        with suppress(TimeoutError):
            await asyncio.wait_for(asyncio.Event().wait(), 0.05)
        return {"type": "http.request", "body": b"x", "more_body": True}

    async def read_by(receive: Any) -> Any:
        return body.reader(b"ab", receive)

    for receive in (never, seldom):
        coming = asyncio.run_coroutine_threadsafe(read_by(receive), loop).result()
        with pytest.raises(ClientDisconnected):
            coming.read()
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


def test_short_bodies_that_do_not_come_hold_no_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("portal.server.http.THREADS", 1)
    monkeypatch.setattr(body, "PATIENCE", 1.0)
    with serving(Echo()) as port, socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as slow:
        slow.sendall(head("POST", "/x", "Content-Length: 50") + b"a")
        NOTHING.wait(0.1)
        assert b"200 OK" in talk(port, head("GET", "/x"))
        late = b"".join(iter(lambda: slow.recv(1 << 16), b""))
    assert late.startswith(b"HTTP/1.1 408 ")
    assert b"request_broken" in late


def test_long_bodies_leave_threads_for_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("portal.server.http.THREADS", 2)
    with serving(Echo()) as port:
        slow = [socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) for _ in range(4)]
        for one in slow:
            one.sendall(head("POST", "/x", "Content-Length: 100001") + b"a" * 100_000)
        NOTHING.wait(0.1)
        assert b"200 OK" in talk(port, head("GET", "/x"))
        for one in slow:
            one.sendall(b"a")
            assert one.recv(1 << 16).startswith(b"HTTP/1.1 200 ")
            one.close()


def test_who_is_not_answered_when_the_server_ends_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("portal.server.http.ENDING_SECONDS", 1)
    gate = threading.Event()

    def wait(_environ: Any, start: Any) -> Iterable[bytes]:
        gate.wait(PATIENCE)
        start("200 OK", [])
        return [b""]

    with serving(Echo(wait)) as port:
        slow = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
        slow.sendall(head("GET", "/x"))
        NOTHING.wait(0.1)
    told = b"".join(iter(lambda: slow.recv(1 << 16), b""))
    gate.set()
    slow.close()
    assert told.startswith(b"HTTP/1.1 503 ")
    assert b"server_ends" in told
