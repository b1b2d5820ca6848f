"""Keys with scopes and an end, their rotation, and sign-in with a password."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog import accounts, keys
from catalog.accounts import OPERATOR, Actor
from catalog.db import now
from catalog.errors import Conflict, Forbidden, Invalid, NotFound, Unauthenticated
from catalog.models import Account, Audit, Publisher
from tests.factories import OFFICE, a_dataset, a_publisher, refused


@pytest.fixture
def account(session: Session) -> Account:
    a_publisher(session)
    return accounts.create_account(session, OPERATOR, "wang", "steward", [OFFICE])


def test_a_key_reaches_no_further_than_its_scopes(session: Session, account: Account) -> None:
    dataset, other = a_dataset(session), a_dataset(session)
    scopes = [f"ingest:{dataset.slug}"]
    actor = keys.get_actor(session, keys.issue_key(session, OPERATOR, account, scopes).key)
    assert actor.may_see(dataset)
    assert not actor.may_see(other)
    assert actor.drafts_of == frozenset()
    accounts.require_role(actor, "steward", scope=scopes[0])
    with refused(Forbidden, "scope_does_not_fit"):
        accounts.require_role(actor, "steward")


def test_a_reading_key_sees_drafts_and_changes_nothing(session: Session, account: Account) -> None:
    actor = keys.get_actor(session, keys.issue_key(session, OPERATOR, account, ["read"]).key)
    assert actor.drafts_of == {OFFICE}
    with refused(Forbidden, "scope_does_not_fit"):
        accounts.require_role(actor, "steward")


@pytest.mark.parametrize(
    ("scopes", "code"),
    [([], "scope_needed"), (["everything"], "scope_unknown"), (["ingest:nothing"], "dataset_not_found")],
)
def test_scopes_that_will_not_do(session: Session, account: Account, scopes: list[str], code: str) -> None:
    with refused(Invalid, code):
        keys.issue_key(session, OPERATOR, account, scopes)


def test_a_key_ends_at_its_time_and_not_before_it_begins(session: Session, account: Account) -> None:
    with refused(Invalid, "key_ends_in_the_past"):
        keys.issue_key(session, OPERATOR, account, expires_at=now())
    made = keys.issue_key(session, OPERATOR, account, expires_at=now() + timedelta(hours=1))
    assert keys.get_actor(session, made.key).name == "wang"
    made.record.expires_at = now()
    with refused(Unauthenticated, "key_expired"):
        keys.get_actor(session, made.key)


def test_a_rotated_key_goes_on_for_the_overlap(session: Session, account: Account) -> None:
    old = keys.issue_key(session, OPERATOR, account, ["read"], label="notebook")
    new = keys.rotate_key(session, OPERATOR, account, old.record.id, 24)
    assert keys.get_actor(session, old.key).scopes == keys.get_actor(session, new.key).scopes == {"read"}
    assert old.record.expires_at is not None
    assert new.record.expires_at is None
    last = keys.rotate_key(session, OPERATOR, account, new.record.id, 0)
    with refused(Unauthenticated, "key_expired"):
        keys.get_actor(session, new.key)
    assert last.record.label == "notebook"


def test_a_revoked_key_ends_at_once_and_alone(session: Session, account: Account) -> None:
    one, other = keys.issue_key(session, OPERATOR, account), keys.issue_key(session, OPERATOR, account)
    keys.revoke_key(session, OPERATOR, account, one.record.id)
    keys.revoke_key(session, OPERATOR, account, one.record.id)
    with refused(Unauthenticated, "key_unknown"):
        keys.get_actor(session, one.key)
    assert keys.get_actor(session, other.key)
    with refused(Conflict, "key_revoked"):
        keys.rotate_key(session, OPERATOR, account, one.record.id, 1)
    with refused(NotFound, "key_not_found"):
        keys.revoke_key(session, OPERATOR, account, 404)
    acts = session.scalars(select(Audit.act).order_by(Audit.id)).all()
    assert acts.count("revoke_key") == 1


def test_an_ended_account_gets_no_key(session: Session, account: Account) -> None:
    accounts.revoke_account(session, OPERATOR, account.name)
    with refused(Conflict, "account_revoked"):
        keys.issue_key(session, OPERATOR, account)


def test_no_key_stands_in_the_record(session: Session, account: Account) -> None:
    made = keys.issue_key(session, OPERATOR, account)
    for entry in session.scalars(select(Audit)):
        assert made.key not in str(entry.detail)
        assert made.record.digest not in str(entry.detail)


def test_the_use_of_a_key_is_noted_once_an_hour(session: Session, account: Account) -> None:
    made = keys.issue_key(session, OPERATOR, account)
    assert not keys.get_actor(session, made.key).use_noted
    keys.note_use(session, made.record.id)
    assert keys.get_actor(session, made.key).use_noted


def test_a_password_opens_a_session_and_a_new_one_ends_it(session: Session, account: Account) -> None:
    with refused(Invalid, "password_too_short"):
        keys.set_password(session, OPERATOR, account, "short")
    keys.set_password(session, OPERATOR, account, "a long sentence, easily kept")
    assert (account.password or "").startswith("$argon2id$")
    proved = keys.prove(session, "wang", "a long sentence, easily kept")
    made = keys.sign_in(session, "wang", proved)
    assert made is not None
    assert keys.get_actor(session, made.key).role == "steward"
    assert made.record.expires_at is not None
    keys.set_password(session, OPERATOR, account, "another sentence, kept as well")
    assert keys.sign_in(session, "wang", proved) is None  # the password was changed while it was tried
    session.expire_all()
    with pytest.raises(Unauthenticated):
        keys.get_actor(session, made.key)


def test_a_failed_sign_in_is_on_record_without_what_was_typed(session: Session, account: Account) -> None:
    keys.set_password(session, OPERATOR, account, "a long sentence, easily kept")
    for name, typed in (("wang", "wrong, but long enough"), ("my password by mistake", "x")):
        assert keys.sign_in(session, name, keys.prove(session, name, typed)) is None
    failed = session.scalars(select(Audit).where(Audit.act == "fail_sign_in").order_by(Audit.id)).all()
    assert [one.target for one in failed] == ["wang", "unknown"]


def test_a_steward_of_a_parent_acts_for_its_children_only_where_granted(session: Session) -> None:
    city = a_publisher(session, "city", "市政府")
    bureau = Publisher(slug="bureau", title="财政局", parent=city)
    session.add_all([bureau, Publisher(slug="office", title="国库科", parent=bureau)])
    session.flush()
    alone = accounts.create_account(session, OPERATOR, "alone", "steward", ["city"])
    whole = accounts.create_account(session, OPERATOR, "whole", "steward", ["city"], with_children=True)
    assert accounts.offices_of(session, alone) == {"city"}
    assert accounts.offices_of(session, whole) == {"city", "bureau", "office"}
    accounts.change_account(session, OPERATOR, whole, ["bureau"], with_children=False)
    assert accounts.offices_of(session, whole) == {"bureau"}
    assert [len(one.grants) for one in (alone, whole)] == [1, 1]


def test_a_reader_is_nobodys_insider(session: Session) -> None:
    a_publisher(session)
    dataset = a_dataset(session)
    reader = Actor("r", "reader", 1, granted=frozenset({dataset.id}))
    assert not reader.may_see(dataset)
    assert reader.drafts_of == frozenset()
