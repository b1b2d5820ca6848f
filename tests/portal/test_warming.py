"""A server process gets ready beside: what is loaded at its first use is there when somebody asks."""

from __future__ import annotations

import logging
import threading
from pathlib import Path

import pytest

from portal.app import create_app
from portal.context import House
from portal.migrate import upgrade
from portal.settings import load
from portal.warming import warm_beside, warm_house
from search import lexicon


def test_no_question_loads_spellings_afterwards(tmp_path: Path) -> None:
    app = create_app(load({"PORTAL_DATA_DIR": str(tmp_path)}))
    house = app.extensions["house"]
    upgrade(house.engine)
    house.catch_up()
    lexicon._spellings.cache_clear()
    warm_house(house)
    loaded = lexicon._spellings.cache_info().misses
    assert loaded == 1
    assert app.test_client().get("/api/v1/datasets?q=zhufang").status_code == 200
    assert lexicon._spellings.cache_info().misses == loaded
    house.close()


def test_what_fails_is_logged_and_stops_nothing(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    app = create_app(load({"PORTAL_DATA_DIR": str(tmp_path)}))  # no tables yet
    with caplog.at_level(logging.INFO):
        warm_house(app.extensions["house"])
    assert "search could not be made ready" in caplog.text
    caplog.clear()
    away = create_app(load({"PORTAL_DATA_DIR": str(tmp_path), "PORTAL_SEARCH_URL": "http://127.0.0.1:9/portal"}))
    house = away.extensions["house"]
    upgrade(house.engine)
    with caplog.at_level(logging.INFO):
        warm_house(house)
    assert "nothing was made ready" in caplog.text
    house.close()


def test_it_is_done_by_another_thread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done = threading.Event()
    monkeypatch.setattr("portal.warming.warm_house", lambda house: done.set())
    warm_beside(House(load({"PORTAL_DATA_DIR": str(tmp_path)})))
    assert done.wait(10)
