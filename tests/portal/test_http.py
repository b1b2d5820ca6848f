"""The server as it is talked to: heads and bodies in every shape, what is given up, and what is answered at once."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote, unquote_to_bytes

import pytest

from portal.answers import Answer
from portal.server import connection
from portal.server.http import make_server
from portal.server.processes import listen
from tests.portal.conftest import Api

PATIENCE = 30  # seconds until a wait gives up; no test asserts how long anything takes
NOTHING = threading.Event()  # is never set: to wait a moment


class Echo:
    """Tells what it was asked; rows it has at hand."""

    def __init__(self, give: Callable[[Any, Any], Iterable[bytes]] | None = None) -> None:
        self.give, self.at_once = give, 0

    def __call__(self, environ: Any, start: Any, /) -> Iterable[bytes]:
        if self.give:
            return self.give(environ, start)
        told = {name: value for name, value in environ.items() if isinstance(value, str)}
        told["body"] = environ["wsgi.input"].read().decode("latin-1")
        start("200 OK", [("Content-Type", "application/json")])
        return [json.dumps(told).encode()]

    def answer_at_once(self, environ: Any, /) -> Answer | None:
        self.at_once += 1
        if not environ["PATH_INFO"].endswith("/rows/1"):
            return None
        body = environ["QUERY_STRING"].encode()
        return Answer(200, f"Content-Length: {len(body)}\r\nX-At: once\r\n", body)


def endless(begun: threading.Event, closed: threading.Event) -> Callable[[Any, Any], Iterable[bytes]]:
    """An answer that never ends by itself; the events tell when it goes on, and when it is let go."""

    def give(_environ: Any, start: Any) -> Iterable[bytes]:
        start("200 OK", [("Content-Type", "text/plain")])
        try:
            while True:
                yield b"x" * 100_000
                begun.set()
        finally:
            closed.set()

    return give


@contextmanager
def serving(application: Any) -> Iterator[int]:
    """The port of a server of the application, in a thread."""
    (listening,) = listen("127.0.0.1", 0, 1)
    server = make_server(application)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    try:
        yield listening.getsockname()[1]
    finally:
        server.should_exit = True
        thread.join(PATIENCE)
        assert not thread.is_alive()


@pytest.fixture(scope="module")
def echo() -> Iterator[tuple[Echo, int]]:
    application = Echo()
    with serving(application) as port:
        yield application, port


def talk(port: int, *said: bytes, half: bool = False) -> bytes:
    """What comes back until the server closes; with `half` the sending side is closed when all is said."""
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as talking:
        for one in said:
            talking.sendall(one)
            NOTHING.wait(0.05)
        if half:
            talking.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: talking.recv(1 << 16), b""))


def head(method: str, target: str, *headers: str, close: bool = True) -> bytes:
    lines = [f"{method} {target} HTTP/1.1", "Host: portal", *headers, *(["Connection: close"] if close else [])]
    return "\r\n".join([*lines, "", ""]).encode()


def told(answer: bytes) -> Any:
    """The status and what the application was asked."""
    status, body = answer.split(b"\r\n", 1)[0], answer.split(b"\r\n\r\n", 1)[1]
    if b"transfer-encoding: chunked" in answer.lower():
        body = body.split(b"\r\n", 1)[1].rsplit(b"\r\n0\r\n", 1)[0]
    return int(status.split()[1]), json.loads(body)


# What the application hears ------------------------------------------------------------------------------------------


def test_an_address_and_headers_come_as_wsgi_wants_them(echo: tuple[Echo, int]) -> None:
    headers = ("X-Two: 1", "X-Two: 2", "Under_Score: x", "Content-Type: a/b")
    status, seen = told(talk(echo[1], head("GET", "/a%20b/%E4%B8%AD?x=%20&x=1#part", *headers)))
    assert (status, seen["PATH_INFO"].encode("latin-1").decode()) == (200, "/a b/中")
    assert (seen["QUERY_STRING"], seen["REQUEST_METHOD"], seen["SCRIPT_NAME"]) == ("x=%20&x=1", "GET", "")
    assert (seen["HTTP_X_TWO"], seen["CONTENT_TYPE"], seen["HTTP_HOST"]) == ("1,2", "a/b", "portal")
    assert (seen["REMOTE_ADDR"], seen["SERVER_PORT"], seen["body"]) == ("127.0.0.1", str(echo[1]), "")
    assert "HTTP_UNDER_SCORE" not in seen


@pytest.mark.parametrize("target", ["/中?q=中", "/%FF%FE?q=\udc80\udcff"])
def test_bytes_that_are_no_ascii_come_as_they_are(echo: tuple[Echo, int], target: str) -> None:
    raw = head("GET", "/@", close=True).replace(b"/@", target.encode("utf-8", "surrogateescape"))
    status, seen = told(talk(echo[1], raw))
    path, query = target.encode("utf-8", "surrogateescape").split(b"?")
    assert status == 200
    assert seen["PATH_INFO"].encode("latin-1") == path.replace(b"%FF%FE", b"\xff\xfe")
    assert unquote_to_bytes(seen["QUERY_STRING"]) == query


def test_an_address_of_ninety_thousand_characters_is_read_whole(echo: tuple[Echo, int]) -> None:
    asked = "q=" + quote("中" * 10_000) + "&last=1"
    status, seen = told(talk(echo[1], head("GET", f"/x?{asked}")))
    assert (status, seen["QUERY_STRING"]) == (200, asked)


@pytest.mark.parametrize("version", ["1.0", "1.1"])
def test_no_host_is_no_fault(echo: tuple[Echo, int], version: str) -> None:
    status, seen = told(talk(echo[1], f"GET /x HTTP/{version}\r\nConnection: close\r\n\r\n".encode()))
    assert (status, seen["SERVER_PROTOCOL"], "HTTP_HOST" in seen) == (200, f"HTTP/{version}", False)


@pytest.mark.parametrize(
    ("headers", "pieces"),
    [
        (["Content-Length: 6"], [b"abc", b"def"]),
        (["Transfer-Encoding: chunked"], [b"3\r\nabc\r\n", b"3\r\ndef\r\n", b"0\r\nTrailer: x\r\n\r\n"]),
        (["Content-Length: 6", "Expect: 100-continue"], [b"abcdef"]),
    ],
)
def test_a_body_comes_whole(echo: tuple[Echo, int], headers: list[str], pieces: list[bytes]) -> None:
    answer = talk(echo[1], head("POST", "/x", *headers), *pieces)
    if "Expect: 100-continue" in headers:
        assert answer.startswith(b"HTTP/1.1 100 ")
        answer = answer.split(b"\r\n\r\n", 1)[1]
    status, seen = told(answer)
    assert (status, seen["body"], "HTTP_TRAILER" in seen) == (200, "abcdef", False)


def test_a_large_body_comes_whole(echo: tuple[Echo, int]) -> None:
    body = bytes(range(97, 123)) * 100_000
    status, seen = told(talk(echo[1], head("POST", "/x", f"Content-Length: {len(body)}"), body))
    assert (status, seen["body"].encode() == body) == (200, True)


def test_an_offer_of_another_protocol_is_passed_over(echo: tuple[Echo, int]) -> None:
    offer = head("GET", "/x", "Connection: Upgrade, close", "Upgrade: h2c", close=False)
    assert told(talk(echo[1], offer))[0] == 200


# What is refused ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("said", [b"nonsense\r\n\r\n", b"GET / HTTP/1.1\r\nA B: c\r\n\r\n", b"GET * HTTP/9.9\r\n\r\n"])
def test_what_is_not_http_is_told_in_a_sentence(echo: tuple[Echo, int], said: bytes) -> None:
    answer = talk(echo[1], said)
    status, problem = told(answer)
    assert (status, problem["status"], problem["type"]) == (400, 400, "/docs/errors#request_broken")
    assert b"Content-Type: application/problem+json" in answer
    assert problem["detail"]


@pytest.mark.parametrize("whole", [True, False])
def test_a_head_without_end_is_refused_in_a_sentence(echo: tuple[Echo, int], whole: bool) -> None:
    piece = b"a" * (connection.LONGEST_HEAD // 4)
    pieces = [b"GET /?", *[piece] * 6] if whole else [b"GET / HTTP/1.1\r\n", *[b"A: " + piece + b"\r\n"] * 6]
    status, problem = told(talk(echo[1], *pieces))
    assert (status, problem["type"]) == (431, "/docs/errors#head_too_long")
    assert str(connection.LONGEST_HEAD) in problem["detail"]


@pytest.mark.parametrize("said", [[], [b"GET / HT"], [head("GET", "/x", close=False), b"GET /"]])
def test_whoever_does_not_finish_a_head_is_left(said: list[bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "HEAD_SECONDS", 0.2)
    with serving(Echo()) as port:
        assert talk(port, *said).count(b"HTTP/1.1 ") == len(said) // 2


# What comes back ------------------------------------------------------------------------------------------------------


def test_rows_at_hand_are_answered_at_once_in_their_turn(echo: tuple[Echo, int]) -> None:
    row = "/api/v1/datasets/land/rows/"
    several = [head("GET", f"{row}{number}?n={at}", close=False) for at, number in enumerate((1, 2, 1, 1))]
    answer = talk(echo[1], b"".join(several), head("GET", f"{row}1?n=4", close=False), head("GET", "/end"))
    turns = [answer.find(mark) for mark in (b"n=0", b"n=1", b"n=2", b"n=3", b"n=4", b"/end")]
    assert turns == sorted(turns)
    assert -1 not in turns
    assert answer.count(b"HTTP/1.1 200 OK\r\n") == 6
    assert answer.count(b"X-At: once") >= 2
    assert answer.lower().count(b"\r\ndate: ") == 6


@pytest.mark.parametrize(
    "head_lines",
    [
        ("HEAD", "HTTP/1.1", ""),
        ("GET", "HTTP/1.0", "Connection: keep-alive\r\n"),
        ("GET", "HTTP/1.1", "Content-Length: 1\r\n"),
        ("GET", "HTTP/1.1", "Transfer-Encoding: chunked\r\n"),
        ("GET", "HTTP/1.1", "Connection: close\r\n"),
        ("GET", "HTTP/1.1", "Connection: Upgrade\r\nUpgrade: h2c\r\n"),
    ],
)
def test_whoever_wants_more_than_an_answer_is_not_answered_at_once(
    echo: tuple[Echo, int], head_lines: tuple[str, str, str]
) -> None:
    method, version, headers = head_lines
    application, port = echo
    before = application.at_once
    asked = f"{method} /api/v1/datasets/land/rows/1 {version}\r\nHost: x\r\n{headers}\r\n".encode()
    body = {"Content-Length": b"x", "Transfer-Encoding": b"0\r\n\r\n"}.get(headers.split(":")[0], b"")
    answer = talk(port, asked + body, head("GET", "/end"))
    assert (application.at_once, answer[:15]) == (before, b"HTTP/1.1 200 OK")


# With the portal behind ----------------------------------------------------------------------------------------------


def test_the_portal_refuses_a_question_of_ten_thousand_chinese_characters(api: dict[str, Api]) -> None:
    with serving(api["public"].client.application.extensions["edge"]) as port:
        answer = talk(port, head("GET", f"/api/v1/datasets?q={quote('绍' * 10_000)}"))
    status, problem = told(answer)
    assert (status, list(problem["errors"])) == (400, ["q"])
    assert b"X-Content-Type-Options" in answer or b"x-content-type-options" in answer
