"""Connections as strangers use them: what belongs together stays so, and nothing grows or waits without bound."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterable
from typing import Any

import pytest

from portal.server import connection
from tests.portal.test_http import NOTHING, PATIENCE, Echo, endless, head, serving, talk, told

OFFER = ("Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c")


def slowly(_environ: Any, start: Any) -> Iterable[bytes]:
    """An answer that takes half a second."""
    NOTHING.wait(0.5)
    start("200 OK", [])
    return [b"whole"]


def test_an_offer_of_another_protocol_loses_nothing() -> None:
    inner = head("GET", "/inner")
    with serving(Echo()) as port:
        offer = head("POST", "/x", *OFFER, f"Content-Length: {len(inner)}", close=False)
        answer = talk(port, offer + inner + head("GET", "/next"))
        named = [answer.count(f'"PATH_INFO": "/{one}"'.encode()) for one in ("x", "inner", "next")]
        apart = talk(port, offer[:60], offer[60:], inner, head("GET", "/next"))
    assert named == [1, 0, 1]
    assert b'"PATH_INFO": "/inner"' not in apart


def test_an_offer_in_pieces_is_refused() -> None:
    pieces = b"GET /x HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpg", b"rade: h2c\r\n\r\n"
    with serving(Echo()) as port:
        status, problem = told(talk(port, *pieces))
    assert (status, problem["type"]) == (400, "/docs/errors#request_broken")


def test_a_refusal_waits_for_the_answers_before_it() -> None:
    go_on = threading.Event()

    def in_two(_environ: Any, start: Any) -> Iterable[bytes]:
        start("200 OK", [])
        yield b"first"
        go_on.wait(PATIENCE)
        yield b"last"

    with (
        serving(Echo(in_two)) as port,
        socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as talking,
    ):
        talking.sendall(head("GET", "/x", close=False) + b"garbage\r\n\r\n")
        NOTHING.wait(0.1)
        go_on.set()
        answer = b"".join(iter(lambda: talking.recv(1 << 16), b""))
    assert [answer.count(one) for one in (b" 200 OK", b" 400 Bad Request")] == [1, 1]
    assert answer.index(b"last") < answer.index(b" 400 Bad Request")


def test_requests_that_nobody_reads_the_answers_of_do_not_pile_up() -> None:
    gate = threading.Event()

    def wait(_environ: Any, start: Any) -> Iterable[bytes]:
        gate.wait(PATIENCE)
        start("200 OK", [("Content-Length", "1")])
        return [b"x"]

    with serving(Echo(wait)) as port, socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as talking:
        talking.sendall(head("GET", "/x", close=False) * 2_000)
        NOTHING.wait(0.2)
        gate.set()
        answer = b"".join(iter(lambda: talking.recv(1 << 16), b""))
    assert answer.count(b" 200 OK") == connection.MOST_WAITING + 1


@pytest.mark.parametrize("said", [b"0\r\nX: ", b"1;", b"3\r\nabc\r\n0\r\nX: "])
def test_what_is_said_beside_a_body_has_a_bound(said: bytes) -> None:
    with serving(Echo()) as port:
        begun = head("POST", "/x", "Transfer-Encoding: chunked", close=False)
        answer = talk(port, begun + said, *[b"a" * (connection.LONGEST_SILENCE // 4)] * 5)
    assert told(answer)[0] == 400


@pytest.mark.parametrize("path", ["/x", "/api/v1/datasets/land/rows/1"])
def test_whoever_has_said_all_is_answered_still(path: str) -> None:
    with serving(Echo()) as port:
        answer = talk(port, head("GET", path, close=False), half=True)
    assert answer.startswith(b"HTTP/1.1 200 OK")


@pytest.mark.parametrize("said", [b"\r\n", b"G"])
def test_a_connection_on_which_nothing_more_is_asked_is_closed(said: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("portal.server.http.IDLE_SECONDS", 0.3)
    monkeypatch.setattr(connection, "HEAD_SECONDS", 0.3)
    with serving(Echo()) as port:
        assert talk(port, head("GET", "/x", close=False), said).count(b" 200 OK") == 1


def test_half_a_head_behind_it_ends_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "HEAD_SECONDS", 0.1)
    with serving(Echo(slowly)) as port:
        assert b"whole" in talk(port, head("GET", "/x", close=False), b"GET /y")


def test_an_answer_behind_rows_may_take_longer_than_a_connection_may_idle(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("portal.server.http.IDLE_SECONDS", 0.1)
    with serving(Echo(slowly)) as port:
        row = head("GET", "/api/v1/datasets/land/rows/1", close=False)
        assert b"whole" in talk(port, row + head("GET", "/x", close=False))


def test_what_a_reader_asked_for_ends_with_his_connection_though_more_waits_behind() -> None:
    closed, begun = threading.Event(), threading.Event()
    with serving(Echo(endless(begun, closed))) as port:
        with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as talking:
            talking.sendall(head("GET", "/x", close=False) * 2)
            assert begun.wait(PATIENCE)
        assert closed.wait(PATIENCE)


def test_chinese_addresses_are_read_behind_blank_lines_and_over_packets() -> None:
    asked = head("GET", "/@?q=@").replace(b"@", "中".encode())
    with serving(Echo()) as port:
        assert told(talk(port, b"\r\n" + asked))[0] == 200
        for at in (6, 8, 12, 14, 22, 23, 24, 30):
            assert told(talk(port, asked[:at], asked[at:]))[1]["QUERY_STRING"] == "q=%E4%B8%AD"
