"""The record of acts: a chain in which any change of the past shows."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from catalog import audit
from tests.factories import take_guards_off


def chain(session: Session, length: int = 4) -> None:
    for number in range(length):
        audit.record(session, audit.Act("li", "register", f"数据集-{number}", detail={"n": number}))


WORDS = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\x00"), max_size=20)
DETAILS = st.dictionaries(WORDS, st.none() | st.booleans() | st.integers(-(2**53), 2**53) | WORDS | st.lists(WORDS))


ACTS = st.builds(audit.Act, WORDS, WORDS, WORDS, st.none(), DETAILS)


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(ACTS, min_size=1))
def test_both_databases_make_the_digest_that_verify_makes(session: Session, acts: list[audit.Act]) -> None:
    session.rollback()
    for act in acts:
        audit.record(session, act)
    assert list(audit.iter_broken_links(session)) == []


def test_an_untouched_chain_holds(session: Session) -> None:
    chain(session)
    session.expire_all()
    assert list(audit.iter_broken_links(session)) == []


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE audit SET account = 'x' WHERE id = 2",
        "UPDATE audit SET target = 'x' WHERE id = 2",
        "DELETE FROM audit WHERE id = 1",
    ],
)
def test_a_change_of_the_past_is_named(session: Session, change: str) -> None:
    chain(session)
    take_guards_off(session)
    session.execute(text(change))
    session.expire_all()
    assert [one.id for one in audit.iter_broken_links(session)] == [2]


def test_the_history_of_a_dataset_is_newest_first(session: Session) -> None:
    chain(session)
    assert audit.list_history(session, 1) == []


@pytest.mark.parametrize("change", ["UPDATE audit SET account = 'x'", "DELETE FROM audit WHERE id = 4"])
def test_the_database_itself_refuses_to_change_the_past(session: Session, change: str) -> None:
    chain(session)
    with pytest.raises(DBAPIError, match="append-only"):
        session.execute(text(change))
