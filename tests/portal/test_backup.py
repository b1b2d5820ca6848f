"""Backups: taken while the portal runs, brought back on either database, and refused when they are not whole."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from catalog.errors import Conflict, Invalid
from portal.app import create_app
from portal.backup import MANIFEST, back_up, restore
from portal.context import House
from portal.verify import iter_faults
from tests.conftest import PostgresTemplate
from tests.factories import refused
from tests.portal.conftest import Api, publish, settings_for

CSV = b"period,amount\n2019-Q3,1\n2019-Q4,2\n"


@pytest.fixture
def slug(api: dict[str, Api]) -> str:
    api["admin"].post("/publishers", {"slug": "above", "title": "市政府"})
    found = api["steward"].register()
    assert api["steward"].ingest(found, CSV)["state"] == "succeeded"
    publish(api, found)
    return found


@pytest.fixture
def saved(house: House, slug: str, tmp_path: Path) -> Path:
    assert back_up(house, tmp_path / "saved").files >= 3
    return tmp_path / "saved"


@pytest.fixture
def blank(sqlite_template: Path, tmp_path: Path) -> Iterator[House]:
    """A portal without anything, on SQLite."""
    (tmp_path / "second").mkdir()
    shutil.copyfile(sqlite_template, tmp_path / "empty.sqlite")
    made = House(settings_for(tmp_path / "second", f"sqlite:///{tmp_path / 'empty.sqlite'}"))
    yield made
    made.close()


@pytest.fixture
def blank_postgres(postgres_template: PostgresTemplate, tmp_path: Path) -> Iterator[House]:
    """A portal without anything, on PostgreSQL."""
    name = postgres_template.copy()
    (tmp_path / "third").mkdir()
    made = House(settings_for(tmp_path / "third", postgres_template.url(name)))
    yield made
    made.close()
    postgres_template.drop(name)


@pytest.mark.parametrize("kind", ["blank", pytest.param("blank_postgres", marks=pytest.mark.postgres)])
def test_what_was_saved_comes_back_whole(
    saved: Path, slug: str, api: dict[str, Api], kind: str, request: pytest.FixtureRequest
) -> None:
    empty: House = request.getfixturevalue(kind)
    before = api["steward"].get(f"/datasets/{slug}").json
    restore(empty, saved)
    empty.catch_up()
    assert list(iter_faults(empty)) == []
    app = create_app(empty.settings)
    again = Api(app.test_client(), empty, api["steward"].key)
    assert again.get(f"/datasets/{slug}").json == before
    assert again.get(f"/datasets/{slug}/rows").json["total"] == 2
    assert again.get("/datasets?q=债务").json["total"] == 1
    assert again.register(title="新的")
    app.extensions["house"].close()


def test_a_backup_goes_into_an_empty_portal_only(saved: Path, house: House) -> None:
    with refused(Conflict, "restore_not_empty"):
        restore(house, saved)


def test_a_backup_does_not_overwrite(saved: Path, house: House) -> None:
    with refused(Conflict, "backup_target_taken"):
        back_up(house, saved)


def test_a_changed_backup_is_refused(saved: Path, blank: House) -> None:
    path = saved / "account.ndjson"
    path.write_bytes(path.read_bytes().replace(b'"steward"', b'"admin"'))
    with refused(Invalid, "backup_broken"):
        restore(blank, saved)


def test_a_changed_file_of_a_backup_is_refused(saved: Path, blank: House) -> None:
    next(iter(sorted((saved / "releases").glob("*/*")))).write_bytes(b"PAR1")
    with refused(Invalid, "backup_broken"):
        restore(blank, saved)
    assert list(iter_faults(blank)) == []


@pytest.mark.parametrize("content", [None, b"{", b'{"form": 99}'])
def test_what_is_no_backup_is_refused(content: bytes | None, blank: House, tmp_path: Path) -> None:
    if content is not None:
        (tmp_path / MANIFEST).write_bytes(content)
    with refused(Invalid, "backup_broken"):
        restore(blank, tmp_path)


def test_a_backup_of_another_schema_is_refused(saved: Path, blank: House) -> None:
    path = saved / MANIFEST
    path.write_bytes(path.read_bytes().replace(b'"revision": "0', b'"revision": "9'))
    with refused(Conflict, "backup_of_other_schema"):
        restore(blank, saved)
