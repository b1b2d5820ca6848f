"""What is changed in the tables without an act is named, table by table, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from catalog import accounts, applications, audit, db, keys, registry
from catalog.accounts import OPERATOR
from catalog.db import now
from catalog.digests import content_digest
from catalog.models import Release
from catalog.replay import iter_unproved
from tests.factories import OFFICE, a_dataset, a_publisher, a_release, an_actor


@pytest.fixture(scope="module")
def lived(shared_url: str) -> Iterator[Engine]:
    """A database in which some of everything has happened; nothing is changed without an act."""
    engine = db.open_database(shared_url)
    with db.session(engine, write=True) as opened:
        live(opened)
        opened.commit()
    yield engine
    engine.dispose()


@pytest.fixture
def life(lived: Engine) -> Iterator[Session]:
    """A session on it; what the test changes is forgotten."""
    with db.session(lived, write=True) as opened:
        yield opened


def live(session: Session) -> None:
    a_publisher(session)
    a_publisher(session, "other-bureau", "另一局")
    steward, reviewer = an_actor(session, "steward"), an_actor(session, "reviewer")
    reader = an_actor(session, "reader", "reader")
    dataset = a_dataset(session, steward, slug="own", access="conditional", themes=["finance"], temporal={"from": None})
    ingest(session, a_release(session, dataset, ingested_by_id=steward.account_id), steward.name)
    registry.set_mapping(session, steward, dataset, {"额": "amount"})
    registry.submit(session, steward, dataset)
    registry.reject(session, reviewer, dataset, "不全")
    registry.revise(session, steward, dataset, {"title": "改过", "temporal": {"from": "2019-01-01", "to": None}})
    registry.submit(session, steward, dataset)
    registry.approve(session, reviewer, dataset)
    registry.revise(session, steward, dataset, {"description": "又改"})
    made = applications.apply(session, reader, dataset, "研究")
    applications.grant(session, steward, dataset, made.id, now() + timedelta(days=9))
    later = a_dataset(session, steward, slug="later")
    ingest(session, a_release(session, later, ingested_by_id=steward.account_id), steward.name)
    registry.submit(session, steward, later)
    registry.approve(session, reviewer, later, now() + timedelta(days=1))
    account = accounts.get_account(session, "a-steward")
    key = keys.issue_key(session, OPERATOR, account, ["read"], now() + timedelta(days=30))
    keys.rotate_key(session, OPERATOR, account, key.record.id, 1)
    keys.set_password(session, OPERATOR, account, "a long sentence, easily kept")
    proved = keys.prove(session, "a-steward", "a long sentence, easily kept")
    assert keys.sign_in(session, "a-steward", proved)
    session.flush()
    session.expire_all()
    assert list(iter_unproved(session)) == []


def ingest(session: Session, release: Release, who: str) -> None:
    """What a worker puts on record of a file that it took in."""
    detail = {"release": release.number, "digest": release.digest, "rows": release.rows}
    detail["content"] = content_digest(release)
    dataset = release.dataset
    audit.record(session, audit.Act(who, "ingest", dataset.slug, dataset.id, detail))


CHANGES = {
    "UPDATE dataset SET state = 'published' WHERE slug = 'later'": "dataset later: its state is published",
    "UPDATE dataset SET state = 'draft' WHERE slug = 'own'": "dataset own: its state is draft",
    "UPDATE dataset SET submitted_by_id = 2 WHERE slug = 'own'": "dataset own: its submitted_by is a-reviewer",
    "UPDATE dataset SET publisher_id = 2 WHERE slug = 'own'": "dataset own: its publisher is other-bureau",
    "UPDATE dataset SET mapping = '{}' WHERE slug = 'own'": "dataset own: its mapping is {}",
    "UPDATE dataset SET title = '别的' WHERE slug = 'own'": "dataset own: its title is not what",
    "UPDATE dataset SET access = 'open' WHERE slug = 'own'": "dataset own: its access is not what",
    "UPDATE dataset SET temporal_from = '2018-01-01' WHERE slug = 'own'": "dataset own: its temporal is not what",
    "UPDATE dataset SET pending = '{}' WHERE slug = 'own'": "dataset own: its pending is {}",
    "UPDATE dataset SET slug = 'else' WHERE slug = 'own'": "dataset else: no act speaks of it",
    "UPDATE release SET state = 'published' WHERE dataset_id = 2": "release later/1: its state is published",
    "UPDATE release SET digest = 'x' WHERE dataset_id = 1": "release own/1: its digest is x",
    "UPDATE release SET rows = 9 WHERE dataset_id = 1": "release own/1: its rows is 9",
    "UPDATE release SET notes = '[\"好\"]' WHERE dataset_id = 1": "release own/1: its content is",
    "UPDATE release SET ingested_by_id = 2 WHERE dataset_id = 1": "release own/1: its ingested_by is a-reviewer",
    "UPDATE release SET number = 7 WHERE dataset_id = 2": "release later/7: no act speaks of it",
    "UPDATE account SET role = 'admin' WHERE name = 'reader'": "account reader: its role is admin",
    "UPDATE account SET password = 'x' WHERE name = 'a-steward'": "account a-steward: its password is",
    "UPDATE account SET name = 'me' WHERE name = 'reader'": "account me: no act speaks of it",
    "UPDATE account_publisher SET publisher_id = 2": "account a-steward: its publishers is ['other-bureau']",
    "UPDATE account_publisher SET with_children = TRUE": "account a-steward: its with_children is True",
    "UPDATE api_key SET digest = 'x' WHERE id = 1": "key 1: its fingerprint is",
    "UPDATE api_key SET scopes = '[\"write\"]' WHERE id = 4": "key 4: its scopes is ['write']",
    "UPDATE api_key SET expires_at = NULL WHERE id = 4": "key 4: its expires is None",
    "UPDATE api_key SET account_id = 2 WHERE id = 1": "key 1: its account is a-reviewer",
    "UPDATE application SET expires_at = NULL": "application 1: its until is None",
    "UPDATE application SET account_id = 1": "application 1: its account is a-steward",
    "UPDATE application SET state = 'open'": "application 1: its state is open",
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_without_an_act_is_named(life: Session, change: str) -> None:
    life.execute(text(change))
    life.expire_all()
    found = list(iter_unproved(life))
    assert any(one.startswith(CHANGES[change]) for one in found), found


def test_what_came_without_an_act_is_named(life: Session) -> None:
    when = "'2019-01-01 00:00:00.000000'"
    life.execute(text(f"INSERT INTO application SELECT 9, 1, 3, 'x', 'granted', NULL, {when}, NULL, NULL, NULL"))
    life.execute(text(f"INSERT INTO api_key (account_id, digest, scopes, created_at) VALUES (3, 'y', '[]', {when})"))
    life.execute(text(f"INSERT INTO account (name, role, created_at) VALUES ('x', 'admin', {when})"))
    assert {one.partition(" ")[0] for one in iter_unproved(life)} == {"key", "application", "account"}


def test_what_is_gone_is_named(life: Session) -> None:
    for table in ("application", "api_key", "account_publisher"):
        life.execute(text(f"DELETE FROM {table}"))
    life.execute(text("DELETE FROM account WHERE name = 'reader'"))
    life.expire_all()
    found = list(iter_unproved(life))
    assert {"account reader: it is gone", "application 1: it is gone", "key 1: it is gone"} <= set(found)
    assert "account a-steward: its publishers is [], the acts say ['finance-bureau']" in found


def test_a_key_that_lives_again_is_named(life: Session) -> None:
    account = accounts.get_account(life, "a-steward")
    keys.revoke_key(life, OPERATOR, account, 1)
    life.flush()
    assert list(iter_unproved(life)) == []
    life.execute(text("UPDATE api_key SET revoked_at = NULL WHERE id = 1"))
    life.expire_all()
    assert list(iter_unproved(life)) == ["key 1: its revoked is False, the acts say True"]


def test_an_account_that_lives_again_is_named(life: Session) -> None:
    accounts.revoke_account(life, OPERATOR, "reader")
    accounts.change_account(life, OPERATOR, accounts.get_account(life, "a-steward"), [OFFICE], with_children=True)
    life.flush()
    assert list(iter_unproved(life)) == []
    life.execute(text("UPDATE account SET revoked_at = NULL"))
    life.expire_all()
    assert list(iter_unproved(life)) == ["account reader: its revoked is False, the acts say True"]


def test_what_the_worker_and_withdrawal_do_is_told(life: Session) -> None:
    life.execute(text("UPDATE dataset SET publish_at = '2019-01-01' WHERE slug = 'later'"))
    life.expire_all()
    (due,) = registry.publish_due(life)
    registry.withdraw(life, an_actor(life, "admin"), due, "错")
    life.flush()
    assert list(iter_unproved(life)) == []


def test_acts_of_earlier_versions_told_no_moment_and_accuse_nobody(session: Session) -> None:
    a_publisher(session)
    dataset = a_dataset(session, slug="old")
    release = a_release(session, dataset)
    ingest(session, release, OPERATOR.name)
    audit.record(session, audit.Act(OPERATOR.name, "publish", "old", dataset.id, {"releases": [1]}))
    registry.publish(session, dataset, [release])
    session.expire_all()
    assert list(iter_unproved(session)) == []
