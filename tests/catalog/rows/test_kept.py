"""What is kept open is opened once a key, and nobody waits for another key's opening."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from catalog.rows.kept import LATELY, Kept, Lately

LONG = 60.0  # seconds: only a fault lasts so long


def test_a_slow_opening_holds_up_its_own_key_alone() -> None:
    kept: Kept[str] = Kept(2)
    kept.get("known", lambda: "here")
    opening, go_on = threading.Event(), threading.Event()
    opened: list[str] = []

    def slowly() -> str:
        opening.set()
        assert go_on.wait(LONG)
        opened.append("slow")
        return "slow"

    with ThreadPoolExecutor(2) as pool:
        first, second = (pool.submit(kept.get, "slow", slowly) for _ in range(2))
        assert opening.wait(LONG)
        assert kept.get("known", lambda: "anew") == "here"
        assert kept.get("other", lambda: "other") == "other"
        assert kept.find("slow") is None
        go_on.set()
        assert (first.result(LONG), second.result(LONG), opened) == ("slow", "slow", ["slow"])


def test_an_opening_that_fails_is_tried_again() -> None:
    kept: Kept[str] = Kept(2)
    with pytest.raises(ZeroDivisionError):
        kept.get("key", lambda: str(1 // 0))
    assert kept.get("key", lambda: "now") == "now"


def test_the_least_used_is_closed() -> None:
    closed: list[str] = []
    kept = Kept[str](2, closed.append)
    for key in ("a", "b", "a", "c"):
        kept.get(key, lambda: key)  # noqa: B023 - called at once
    assert closed == ["b"]
    kept.close_all()
    assert sorted(closed) == ["a", "b", "c"]


def test_what_was_found_of_late_is_good_for_a_moment_and_while_it_is_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    lately: Lately[str] = Lately()
    sound = [True]
    now = [100.0]
    monkeypatch.setattr("catalog.rows.kept.time.monotonic", lambda: now[0])
    assert lately.keep("key", "thing", lambda: sound[0]) == lately.find("key") == "thing"
    assert lately.find("other") is None
    sound[0] = False
    assert lately.find("key") is None
    sound[0], now[0] = True, now[0] + LATELY
    assert lately.find("key") is None
    lately.keep("key", "thing", lambda: sound[0])
    lately.after_fork()
    assert lately.find("key") is None
