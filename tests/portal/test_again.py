"""Readers repeat their headers: what they then ask for is told by the line alone, and answered as it is else."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from portal.server.at_once import AtOnce
from tests.portal.test_http import Echo, head, serving, talk

ROW = "/api/v1/datasets/land/rows/1"
HOST = b"Host: portal\r\n\r\n"


def row(number: int, *headers: str) -> bytes:
    return head("GET", f"{ROW}?n={number}", *headers, close=False)


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with serving(Echo()) as found:
        yield found


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """The queries of the requests that were read in full."""
    queries: list[bytes] = []
    take = AtOnce.take

    def taken(self: AtOnce, path: bytes, query: bytes) -> None:
        queries.append(query)
        take(self, path, query)

    monkeypatch.setattr(AtOnce, "take", taken)
    return queries


def test_headers_are_read_once_while_they_are_the_same(port: int, read: list[bytes]) -> None:
    answer = talk(port, row(1), row(2), row(3), row(4, "X: y"), row(5, "X: y"), head("GET", "/end"))
    assert read == [b"n=1", b"n=4", b""]
    assert answer.count(b"X-At: once") == 5
    places = [answer.find(b"\r\n\r\nn=%d" % number) for number in range(1, 6)]
    assert places == sorted(places)
    assert -1 not in places
    assert answer.lower().count(b"\r\ndate: ") == 6


@pytest.mark.parametrize(
    "asked",
    [
        (b"GET %b?n=2#end HTTP/1.1\r\n" % ROW.encode() + HOST,),
        ("GET /api/v1/datasets/land/rows/1?n=绍 HTTP/1.1\r\n".encode() + HOST,),
        (b"GET %b?n=%b HTTP/1.1\r\n" % (ROW.encode(), b"2" * 5000) + HOST,),
        (b"HEAD %b?n=2 HTTP/1.1\r\n" % ROW.encode() + HOST,),
        (b"POST %b?n=2 HTTP/1.1\r\nContent-Length: 0\r\n" % ROW.encode() + HOST,),
        (b"GET %b?n=2 HTTP/1.0\r\nConnection: keep-alive\r\n" % ROW.encode() + HOST,),
        (b"\r\n" + row(2),),
        (row(2)[:30], row(2)[30:]),
        (row(2)[:-2], b"\r\n"),
        (row(2) + row(3),),
        (b"GET %b?n=2 HTTP/1.1\r\nX: GET %b HTTP/1.1\r\n" % (ROW.encode(), ROW.encode()) + HOST,),
    ],
)
def test_whatever_else_comes_is_read(port: int, read: list[bytes], asked: tuple[bytes, ...]) -> None:
    alone = talk(port, *asked, head("GET", "/end"))
    before = len(read)
    behind = talk(port, row(1), *asked, head("GET", "/end"))
    assert len(read) == 2 * before + 1
    assert behind.count(b"HTTP/1.1 200 OK") == alone.count(b"HTTP/1.1 200 OK") + 1
    assert behind.endswith(alone.rpartition(b"\r\n\r\n")[2])


def test_what_came_behind_another_is_not_taken_for_its_headers(port: int, read: list[bytes]) -> None:
    """A packet of two is not what the headers of one are: the second would never be answered."""
    answer = talk(port, row(1) + row(2), row(3) + row(2), head("GET", "/end"))
    assert read == [b"n=1", b"n=2", b"n=3", b"n=2", b""]
    assert answer.count(b"X-At: once") == 4


def test_within_a_body_nothing_is_answered(port: int, read: list[bytes]) -> None:
    inner = row(2)
    post = head("POST", "/x", f"Content-Length: {len(inner)}", close=False)
    answer = talk(port, row(1), post, inner, row(3), head("GET", "/end"))
    assert read[:2] == [b"n=1", b""]
    assert answer.count(b"X-At: once") == 2
    assert b"\r\n\r\nn=2" not in answer


def test_what_is_not_at_hand_is_asked_for_once(port: int, read: list[bytes]) -> None:
    application = Echo()
    with serving(application) as found:
        other = head("GET", "/api/v1/datasets/land/rows/2?n=2", close=False)
        answer = talk(found, row(1), other, row(3), head("GET", "/end"))
    assert application.at_once == 3
    assert read == [b"n=1", b"n=2", b""]
    assert answer.count(b"HTTP/1.1 200 OK") == 4


def test_who_asks_again_and_again_does_not_idle(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("portal.server.http.IDLE_SECONDS", 0.4)
    with serving(Echo()) as found:
        answer = talk(found, *(row(number) for number in range(20)))  # 50 ms between them, and then it is closed
    assert answer.count(b"X-At: once") == 20
