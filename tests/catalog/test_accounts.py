"""Accounts and keys: shown once, kept as digests, ended at once."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog import accounts, keys
from catalog.accounts import OPERATOR, PUBLIC, Actor
from catalog.db import now
from catalog.errors import Conflict, Forbidden, Invalid, NotFound, Unauthenticated
from catalog.models import ApiKey
from tests.factories import OFFICE, a_key, a_publisher, refused


def test_a_key_has_256_bits_and_only_its_digest_is_kept(session: Session) -> None:
    key = a_key(session, "li", "reviewer")
    assert re.fullmatch(r"[\w-]{43}", key)
    kept = session.scalars(select(ApiKey)).one()
    assert kept.digest == keys.key_digest(key)
    assert key not in str(vars(kept))


def test_the_key_names_the_actor(session: Session) -> None:
    a_publisher(session)
    actor = keys.get_actor(session, a_key(session, "wang", "steward", [OFFICE]))
    assert (actor.name, actor.role, actor.publishers) == ("wang", "steward", frozenset({OFFICE}))


@pytest.mark.parametrize("name", ["", "两字", "a b", "-a", "a" * 65])
def test_names_that_will_not_do(session: Session, name: str) -> None:
    with pytest.raises(Invalid):
        accounts.create_account(session, OPERATOR, name, "admin")


def test_a_role_that_there_is_not_and_a_steward_without_an_office(session: Session) -> None:
    with refused(Invalid, "role_unknown"):
        accounts.create_account(session, OPERATOR, "x", "steuard")
    with refused(Invalid, "steward_needs_publisher"):
        accounts.create_account(session, OPERATOR, "x", "steward")


def test_a_name_is_taken_once(session: Session) -> None:
    accounts.create_account(session, OPERATOR, "x", "admin")
    with pytest.raises(Conflict):
        accounts.create_account(session, OPERATOR, "x", "admin")


def test_unknown_revoked_and_expired_keys_are_refused(session: Session) -> None:
    key = a_key(session, "x", "admin")
    with pytest.raises(Unauthenticated):
        keys.get_actor(session, key[:-1])
    kept = session.scalars(select(ApiKey)).one()
    kept.expires_at = now() - timedelta(seconds=1)
    session.flush()
    with refused(Unauthenticated, "key_expired"):
        keys.get_actor(session, key)
    kept.expires_at = None
    accounts.revoke_account(session, OPERATOR, "x")
    with refused(Unauthenticated, "key_unknown"):
        keys.get_actor(session, key)


def test_revoking_a_stranger_names_the_nearest(session: Session) -> None:
    accounts.create_account(session, OPERATOR, "zhang.san", "admin")
    with pytest.raises(NotFound) as caught:
        accounts.revoke_account(session, OPERATOR, "zhang.sun")
    assert "zhang.san" in str(caught.value)


def test_accounts_are_listed_by_name(session: Session) -> None:
    for name in ("b", "a"):
        accounts.create_account(session, OPERATOR, name, "admin")
    assert [one.name for one in accounts.list_accounts(session)] == ["a", "b"]


def test_for_whom_each_role_speaks() -> None:
    steward = Actor("s", "steward", 1, frozenset({"a"}))
    limited = Actor("r", "reviewer", 2, frozenset({"a"}))
    free = Actor("r", "reviewer", 3)
    assert [one.speaks_for("a") for one in (PUBLIC, steward, limited, free, OPERATOR)] == [
        False,
        True,
        True,
        True,
        True,
    ]
    assert [one.speaks_for("b") for one in (PUBLIC, steward, limited, free, OPERATOR)] == [False] * 3 + [True] * 2
    assert [one.drafts_of for one in (PUBLIC, steward, limited, free)] == [frozenset(), {"a"}, {"a"}, None]


def test_roles_are_required() -> None:
    with pytest.raises(Unauthenticated):
        accounts.require_role(PUBLIC, "admin")
    with pytest.raises(Forbidden):
        accounts.require_role(Actor("s", "steward", 1), "admin")
