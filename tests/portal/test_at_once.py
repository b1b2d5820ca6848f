"""Rows that are at hand are answered at once, without a thread, and just as they are else."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import EnvironBuilder, run_wsgi_app

from catalog import glance
from catalog.models import Dataset
from catalog.rows import kept, thresholds
from portal.app import create_app
from portal.context import House
from portal.heads import read_head
from portal.limits import Window
from tests.portal.conftest import Api, apis, publish_file, settings_for
from tests.portal.test_direct import ADDRESSES

CSV = "area,period,balance\n越城区,2019-Q3,120.5\n柯桥区,2019-Q3,80\n上虞区,2019-Q4,\n".encode()

AT_ONCE = (
    "/rows",
    "/rows/2",
    "/rows/2?lang=en",
    "/rows?limit=1&offset=1&shape=arrays",
    "/rows?order_by=-period&limit=2",
    "/rows?period__gte=2019-Q4",
    "/rows?order_by=-period&limit=1&period=2019-Q3",
    "/rows?release=1&table=data",
)


@pytest.fixture
def app(tmp_path: Path, sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:
    monkeypatch.setattr(thresholds, "TEXTS", 2)
    monkeypatch.setattr(kept, "LATELY", 60.0)
    monkeypatch.setattr(glance, "_MOST_MARKS", 1000)  # other tests of this process have databases of their own
    made = create_app(settings_for(tmp_path, sqlite_url))
    yield made
    made.extensions["house"].close()


@pytest.fixture
def api(app: Flask) -> dict[str, Api]:
    found = apis(app)
    publish_file(found, CSV, slug="debt")
    return found


def environ_of(address: str, **headers: str) -> dict[str, Any]:
    path = f"/api/v1/datasets/debt{address}"
    return EnvironBuilder(path, base_url="http://localhost", headers=headers).get_environ()


def called(app: Flask, address: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    """Status, headers and body when a thread answers."""
    pieces, status, found = run_wsgi_app(app.extensions["edge"], environ_of(address, **headers))
    return int(status[:3]), dict(found), b"".join(pieces)


def at_once(app: Flask, address: str, **headers: str) -> tuple[int, dict[str, str], bytes] | None:
    """The same when nothing is waited for."""
    found = app.extensions["edge"].answer_at_once(environ_of(address, **headers))
    return found and (found.status, dict(read_head(found.head)), found.body)


def make_ready(app: Flask, address: str) -> None:
    """Ask, and let be made what is made beside: a file for quick reading, then texts of it, which are then found."""
    for _ in range(3):
        called(app, address)
        app.extensions["house"].builder.submit(int).result()


def without_id(answer: tuple[int, dict[str, str], bytes] | None) -> Any:
    return answer and (answer[0], {**answer[1], "X-Request-Id": ""}, answer[2])


@pytest.mark.parametrize("address", AT_ONCE)
def test_what_is_at_hand_is_answered_as_it_is_else(app: Flask, api: dict[str, Api], address: str) -> None:
    assert at_once(app, address) is None  # nothing was looked for yet
    make_ready(app, address)
    expected = called(app, address)
    found = at_once(app, address)
    assert without_id(found) == without_id(expected)
    assert found
    assert found[0] == 200
    mark = found[1]["ETag"]
    seen = at_once(app, address, If_None_Match=mark)
    assert without_id(seen) == without_id(called(app, address, If_None_Match=mark))
    assert seen
    assert seen[0] == 304


@pytest.mark.parametrize("address", ADDRESSES)
def test_no_other_answer_is_given(app: Flask, api: dict[str, Api], address: str) -> None:
    make_ready(app, address)
    found, expected = at_once(app, address), called(app, address)
    assert found is None or without_id(found) == without_id(expected)


@pytest.mark.parametrize("address", ["/rows?select=count(*)", "/rows/9", "/rows?unknown=1", "", "/rows?q=%00"])
def test_what_takes_an_engine_or_is_a_fault_is_left_to_a_thread(app: Flask, api: dict[str, Api], address: str) -> None:
    make_ready(app, address)
    assert at_once(app, address) is None


def test_what_a_heavy_query_answered_is_given_again(
    app: Flask, api: dict[str, Api], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(thresholds, "MAKE_NOW", 1)
    address = "/rows?select=period,count(*)&group_by=period"
    make_ready(app, "/rows")
    assert at_once(app, address) is None
    expected = called(app, address)
    assert without_id(at_once(app, address)) == without_id(expected)


def test_whoever_has_a_key_is_looked_up(app: Flask, api: dict[str, Api]) -> None:
    make_ready(app, "/rows")
    assert at_once(app, "/rows", Authorization=f"Bearer {api['reviewer'].key}") is None


def test_what_another_process_changed_is_no_longer_at_hand(app: Flask, api: dict[str, Api]) -> None:
    for address in ("/rows", "/rows/2"):
        make_ready(app, address)
        assert at_once(app, address)
    other = House(app.extensions["house"].settings)
    with other.writing() as opened:
        dataset = opened.query(Dataset).filter_by(slug="debt").one()
        dataset.state, dataset.reason, dataset.revision = "withdrawn", "错了", dataset.revision + 1
    other.close()
    assert [at_once(app, address) for address in ("/rows", "/rows/2")] == [None, None]
    assert called(app, "/rows")[0] == 410


def test_rows_at_once_are_counted(app: Flask, api: dict[str, Api], monkeypatch: pytest.MonkeyPatch) -> None:
    make_ready(app, "/rows")
    monkeypatch.setattr(app.extensions["edge"], "window", Window(3, 10**10))
    answers = [at_once(app, "/rows") for _ in range(4)]
    assert [one and one[1]["RateLimit-Remaining"] for one in answers] == ["2", "1", "0", None]
    assert called(app, "/rows")[0] == 429
