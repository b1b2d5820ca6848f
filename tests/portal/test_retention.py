"""What is not public is not kept for ever: drafts, uploads in the clear, files that nobody names, by the settings."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from catalog.db import now
from catalog.models import Audit, Release
from ingest.models import Job
from portal.context import House
from portal.keeping import sweep
from tests.portal.conftest import Api, publish
from tests.portal.invented import NUMBER, leaks
from tests.portal.planted import FILES
from tests.portal.test_planted import unpacked

PERSONAL = f"地块,备注\n甲,{NUMBER}\n乙,无\n".encode()
PLAIN = "地块,面积\n甲,1.5\n乙,2.5\n".encode()
DAY = timedelta(days=1)


def grow_old(house: House, age: timedelta) -> None:
    """Let every file and every release be older by so much."""
    for path in house.settings.data_dir.rglob("*"):
        if path.is_file() and "portal.sqlite" not in path.name:
            at = time.time() - age.total_seconds()
            os.utime(path, (at, at))
    with house.writing() as opened:
        for release in opened.scalars(select(Release)):
            release.created_at = now() - age


def keep(house: House, **ages: timedelta | None) -> None:
    house.settings = replace(house.settings, **ages)


def held(house: House) -> Iterator[str]:
    """The files that hold the planted number."""
    for path in house.settings.data_dir.rglob("*"):
        if path.is_file() and leaks(unpacked(path.read_bytes())):
            yield path.parent.parent.name


def draft(api: Api, content: bytes = PERSONAL) -> str:
    slug = api.register(slug="drafted")
    assert api.ingest(slug, content)["state"] == "succeeded"
    api.get(f"/datasets/{slug}/rows")
    return slug


def state(house: House) -> str:
    with house.writing() as opened:
        found: str = opened.scalars(select(Release.state)).one()
    return found


def test_a_draft_that_nobody_decides_on_is_discarded_with_all_that_it_holds(api: dict[str, Api], house: House) -> None:
    slug = draft(api["steward"])
    grow_old(house, timedelta(days=91))
    assert set(held(house)) >= {"uploads", "releases", "cells"}
    sweep(house)
    assert state(house) == "discarded"
    assert set(held(house)) == set()
    assert api["steward"].get(f"/datasets/{slug}/rows").status_code == 404
    with house.writing() as opened:
        assert opened.scalars(select(Audit.act).order_by(Audit.id.desc()).limit(1)).one() == "discard_draft"


def test_what_is_young_or_kept_for_ever_stays(api: dict[str, Api], house: House) -> None:
    slug = draft(api["steward"])
    sweep(house)
    grow_old(house, timedelta(days=900))
    keep(house, upload_days=None, undecided_days=None, draft_days=None)
    sweep(house)
    assert state(house) == "draft"
    assert api["steward"].get(f"/datasets/{slug}/rows").json["total"] == 2
    assert len(list(house.storage.iter_keys("uploads"))) == 1


def test_an_upload_in_the_clear_is_sealed_when_its_time_is_over(api: dict[str, Api], house: House) -> None:
    slug = draft(api["steward"], PLAIN)
    publish(api, slug)
    grow_old(house, timedelta(days=31))
    sweep(house)
    assert list(house.storage.iter_keys("uploads")) == []
    assert len(list(house.storage.iter_keys("sealed"))) == 1
    assert api["public"].get(f"/datasets/{slug}/rows").json["total"] == 2


def test_an_upload_that_tells_more_than_its_cells_is_sealed_once_it_is_published(
    api: dict[str, Api], house: House
) -> None:
    keep(house, upload_days=None)
    slug = api["steward"].register(slug="drafted")
    api["steward"].ingest(slug, next(one.content for one in FILES if one.name == "comment.xlsx"), "表.xlsx")
    sweep(house)
    assert set(held(house)) == {"uploads"}
    publish(api, slug)
    sweep(house)
    assert set(held(house)) == set()
    assert list(house.storage.iter_keys("sealed"))


def test_an_upload_that_a_job_has_to_read_stays(api: dict[str, Api], house: House) -> None:
    slug = api["steward"].register()
    api["steward"].upload(slug, PLAIN)
    grow_old(house, timedelta(days=31))
    sweep(house)
    assert len(list(house.storage.iter_keys("uploads"))) == 1


def test_a_draft_without_personal_data_has_its_own_time(api: dict[str, Api], house: House) -> None:
    draft(api["steward"], PLAIN)
    grow_old(house, timedelta(days=91))
    sweep(house)
    assert state(house) == "draft"
    keep(house, draft_days=timedelta(days=90))
    sweep(house)
    assert state(house) == "discarded"


@pytest.mark.parametrize("age", [DAY / 2, 2 * DAY])
def test_what_a_dead_process_left_goes_after_a_day(api: dict[str, Api], house: House, age: timedelta) -> None:
    slug = draft(api["steward"], PLAIN)
    data = house.settings.data_dir
    names = (
        "files/incoming/tmp1",
        "exports/.a.2.digest",
        "work/gone/raw.arrow",
        "serving/ab/ab.rows",
        "serving/ab/.making-1",
    )
    left = [data / name for name in names]
    for path in left:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(NUMBER)
    grow_old(house, age)
    at = time.time() - age.total_seconds()
    os.utime(data / "work/gone", (at, at))
    sweep(house)
    assert [path.exists() for path in left] == [age < DAY] * len(left)
    assert api["steward"].get(f"/datasets/{slug}/rows").json["total"] == 2


def test_the_folder_of_a_job_at_work_stays(api: dict[str, Api], house: House) -> None:
    slug = api["steward"].register()
    job = api["steward"].upload(slug, PLAIN).json["id"]
    folder: Path = house.settings.data_dir / "work" / job
    folder.mkdir(parents=True)
    at = time.time() - 2 * DAY.total_seconds()
    os.utime(folder, (at, at))
    sweep(house)
    assert folder.exists()
    with house.writing() as opened:
        opened.get_one(Job, job).state = "failed"
    sweep(house)
    assert not folder.exists()
