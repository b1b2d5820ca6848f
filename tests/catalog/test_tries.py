"""How tries to sign in are counted: in any stretch of time, for each name, whoever counts."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog import db, tries
from catalog.models import SignInTry
from catalog.tries import Limit, forget_old, wait_for

SECRET = "a secret for tests, long enough."
LIMIT = Limit(2, 60)


class Clock:
    """The present moment, as a test sets it."""

    def __init__(self) -> None:
        self.begun = self.at = db.now()

    def __call__(self) -> datetime:
        return self.at

    def set(self, seconds: float) -> None:
        self.at = self.begun + timedelta(seconds=seconds)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(tries, "now", made)
    return made


def test_no_border_lets_a_second_burst_through(session: Session, clock: Clock) -> None:
    waits = {}
    for second in (58, 59, 60, 61, 117, 118, 118.5, 119, 120):
        clock.set(second)
        waits[second] = wait_for(session, LIMIT, "name a", SECRET)
    assert waits == {58: 0, 59: 0, 60: 58, 61: 57, 117: 1, 118: 0, 118.5: 1, 119: 0, 120: 58}


def test_each_is_counted_alone_and_nobody_is_named(session: Session, clock: Clock) -> None:
    assert [wait_for(session, LIMIT, "name a", SECRET) for _ in range(3)] == [0, 0, 60]
    assert wait_for(session, LIMIT, "name b", SECRET) == 0
    kept = list(session.scalars(select(SignInTry.who)))
    assert [len(one) for one in kept] == [64] * 3
    assert len(set(kept)) == 2


def test_what_counts_no_more_is_forgotten(session: Session, clock: Clock) -> None:
    wait_for(session, LIMIT, "name a", SECRET)
    clock.set(60)
    forget_old(session, LIMIT)
    assert list(session.scalars(select(SignInTry))) == []


def test_a_clock_that_is_set_back_locks_nobody_out(session: Session, clock: Clock) -> None:
    assert [wait_for(session, LIMIT, "name a", SECRET) for _ in range(3)] == [0, 0, 60]
    clock.set(-86_400)
    assert wait_for(session, LIMIT, "name a", SECRET) == 0
