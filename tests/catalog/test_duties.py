"""The register of duties: whole, and the same however often it is loaded."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from catalog.db import Base, open_database
from catalog.duties import iter_duties, load_duties
from catalog.models import Duty
from catalog.vocabularies import codes


def test_the_register_has_its_134_duties_with_known_codes() -> None:
    duties = list(iter_duties())
    assert [duty.id for duty in duties] == [f"D{number:03}" for number in range(1, 135)]
    assert {duty.family for duty in duties} <= codes("families")
    assert {duty.kind for duty in duties} == codes("duty_kinds")
    assert all(duty.title and duty.title_en and duty.lead for duty in duties)


def test_a_duty_may_ask_for_several_datasets_or_for_none() -> None:
    titles = {duty.id: duty.dataset_titles for duty in iter_duties()}
    assert titles["D093"] == ("地方政府债券发行情况", "债券还本付息情况", "债券资金使用情况")
    assert titles["D002"] == ()
    assert titles["D050"] == ()  # a personal service: the register says so in brackets
    assert sum(map(len, titles.values())) == 143


@pytest.fixture
def session(tmp_path: Path) -> Session:
    engine = open_database(f"sqlite:///{tmp_path}/catalog.db")
    Base.metadata.create_all(engine)
    return Session(engine)


def test_loading_twice_is_loading_once(session: Session) -> None:
    with session:
        assert load_duties(session) == load_duties(session) == 134
        assert session.scalar(select(func.count()).select_from(Duty)) == 134


def test_loading_again_brings_back_what_was_changed(session: Session) -> None:
    with session:
        load_duties(session)
        duty = session.get_one(Duty, "D090")
        duty.title, duty.dataset_titles = "改动过", []
        session.flush()
        load_duties(session)
        assert (duty.title, duty.dataset_titles) == ("地方政府债务限额", ["地方政府债务限额"])
