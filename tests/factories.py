"""Makes what tests begin with: publishers, accounts, datasets, releases; each test says only what matters to it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from catalog import accounts, registry
from catalog.accounts import OPERATOR, Actor
from catalog.errors import PortalError
from catalog.keys import get_actor, issue_key
from catalog.models import Account, Dataset, Publisher, Release

OFFICE = "finance-bureau"


def a_publisher(session: Session, slug: str = OFFICE, title: str = "绍兴市财政局") -> Publisher:
    """An office."""
    office = Publisher(slug=slug, title=title)
    session.add(office)
    session.flush()
    return office


def an_actor(session: Session, role: str, name: str = "", *publishers: str) -> Actor:
    """An account of that role, as an actor; a steward acts for OFFICE unless told otherwise."""
    offices = publishers or ((OFFICE,) if role == "steward" else ())
    return get_actor(session, a_key(session, name or f"a-{role}", role, offices))


def a_key(session: Session, name: str, role: str, publishers: Iterable[str] = ()) -> str:
    """The key of a new account."""
    return issue_key(session, OPERATOR, accounts.create_account(session, OPERATOR, name, role, publishers)).key


def a_dataset(session: Session, actor: Actor = OPERATOR, **body: Any) -> Dataset:
    """A draft dataset."""
    return registry.register(session, actor, {"title": "地方政府债务余额", "publisher": OFFICE, **body})


def a_release(session: Session, dataset: Dataset, number: int = 1, **values: Any) -> Release:
    """A draft release without files."""
    known: Mapping[str, Any] = {"digest": f"{number:064x}", "upload_digest": f"{number:064x}", "rows": 1}
    release = Release(dataset_id=dataset.id, number=number, **{**known, **values})
    session.add(release)
    session.flush()
    return release


def account_of(session: Session, actor: Actor) -> Account:
    """The account behind an actor."""
    return session.get_one(Account, actor.account_id)


@contextmanager
def refused(kind: type[PortalError], code: str) -> Iterator[None]:
    """The block is refused with that code."""
    with pytest.raises(kind) as caught:
        yield
    assert caught.value.message.code == code


def take_guards_off(session: Session) -> None:
    """Do what a thief with the database's password would do before changing the record of acts."""
    if session.get_bind().dialect.name == "sqlite":
        for name in ("audit_no_update", "audit_no_delete"):
            session.execute(text(f"DROP TRIGGER {name}"))
    else:
        session.execute(text("ALTER TABLE audit DISABLE TRIGGER USER"))
