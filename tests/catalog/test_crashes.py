"""A process that dies between an act and its record leaves both or neither, wherever it dies, on both databases."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from catalog.audit import iter_broken_links
from catalog.models import Audit, Dataset
from tests.factories import a_dataset, a_publisher

ACT = """
import os, signal, sys
from sqlalchemy import event
from catalog import audit, db, registry
from catalog.accounts import OPERATOR

url, point = sys.argv[1:]
engine = db.open_database(url)

def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)

def dying(append):
    def run(*values):
        if point == "after the record":
            append(*values)
        die()
    return run

if point in ("before the record", "after the record"):
    audit._append, audit._append_elsewhere = dying(audit._append), dying(audit._append_elsewhere)

with db.session(engine, write=True) as opened:
    if point == "at the commit":
        event.listen(engine, "commit", die)
    if point == "after the commit":
        event.listen(opened, "after_commit", die)
    registry.register(opened, OPERATOR, {"title": "新的", "publisher": "finance-bureau", "slug": "fresh"})
    opened.commit()
"""
POINTS = {"before the record": 0, "after the record": 0, "at the commit": 0, "after the commit": 1}


@pytest.mark.parametrize(("point", "count"), POINTS.items())
def test_act_and_record_are_both_there_or_neither(session: Session, database_url: str, point: str, count: int) -> None:
    a_publisher(session)
    session.commit()
    ended = subprocess.run([sys.executable, "-c", ACT, database_url, point], capture_output=True)
    assert ended.returncode == -signal.SIGKILL, ended.stderr
    made = session.scalar(select(func.count()).select_from(Dataset))
    told = session.scalar(select(func.count()).select_from(Audit).where(Audit.act == "register"))
    assert (made, told) == (count, count)
    a_dataset(session, slug="next")  # the chain goes on
    assert list(iter_broken_links(session)) == []
