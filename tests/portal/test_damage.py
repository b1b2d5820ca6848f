"""A release file that was damaged on disk is no fault of who reads: every answer is 503 with a sentence, or right."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from catalog.rows import kept, thresholds
from portal.context import House
from tests.portal.conftest import Api, publish_file

CSV = "地块,价,备注\n".encode() + b"".join(f"块{n},{n}.5,文{n % 7}\n".encode() for n in range(3000))
PATHS = (
    "/rows",
    "/rows?di_kuai__contains=1",
    "/rows?select=sum(jia)%20as%20s",
    "/rows?order_by=-jia&limit=1",
    "/rows/7",
    "/releases/1/profile",
    "/changes?from=1&to=1",
    "/openapi.json",
    "/datapackage.json",
    *(f"/export.{form}" for form in ("csv", "xlsx", "json", "ndjson", "parquet")),
)


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """One kind of database is enough here: the files are the same on both."""
    return sqlite_url


def cut(content: bytes) -> bytes:
    return content[: len(content) // 2]


def garbled_in_the_middle(content: bytes) -> bytes:
    middle = len(content) // 3
    return content[:middle] + b"\xa5" * 400 + content[middle + 400 :]


def another_footer(content: bytes) -> bytes:
    return content[:-300] + b"\xff" * 200 + content[-100:]


def no_parquet(content: bytes) -> bytes:
    return b"x" * len(content)


def empty(content: bytes) -> bytes:
    return b""


@pytest.mark.parametrize("damage", [cut, garbled_in_the_middle, another_footer, no_parquet, empty])
def test_a_damaged_release_file_is_told_with_503(
    api: dict[str, Api], house: House, damage: Callable[[bytes], bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept, "LATELY", 0.0)  # else it is told a moment later
    slug = publish_file(api, CSV)
    for cache in ("serving", "exports"):
        shutil.rmtree(house.settings.data_dir / cache, ignore_errors=True)
    (release,) = (house.settings.data_dir / "files" / "releases").rglob("*.parquet")
    replace_content(release, damage(release.read_bytes()))
    told = {}
    for path in PATHS:
        answer = api["public"].get(f"/datasets/{slug}{path}")
        told[path] = answer.status_code
        assert answer.status_code in (200, 503), (path, answer.text[:300])
        assert answer.status_code == 200 or answer.json["detail"], path
    assert told["/rows"] == told["/export.csv"] == 503, told


def replace_content(path: Path, content: bytes) -> None:
    """Another file in its place, as after a failing disk was restored."""
    path.chmod(0o600)
    path.write_bytes(content)


@pytest.mark.parametrize("end", ["*.rows", "*.rtexts", "*.rank", "*.rpair", "*.rcells", "*.r*"])
@pytest.mark.parametrize(
    "spoil",
    [
        lambda path: path.unlink(),
        lambda path: os.truncate(path, 0),
        lambda path: os.truncate(path, path.stat().st_size // 2),
    ],
)
def test_cache_files_lost_or_cut_while_they_serve_change_no_answer(
    api: dict[str, Api], house: House, end: str, spoil: Callable[[Path], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("TEXTS", "PAIR"):
        monkeypatch.setattr(thresholds, name, 1)
    slug = publish_file(api, CSV)
    paths = ("/rows", "/rows/7", "/rows?bei_zhu=文3&order_by=-jia&limit=5", "/rows?bei_zhu=文4&order_by=jia&offset=7")

    def asked() -> list[bytes]:
        found = [api["public"].get(f"/datasets/{slug}{path}") for path in paths]
        house.builder.submit(int).result()
        assert [one.status_code for one in found] == [200] * len(paths)
        return [one.data for one in found]

    right = asked()
    assert asked() == right
    spoiled = list((house.settings.data_dir / "serving").rglob(end))
    assert spoiled
    for path in spoiled:
        spoil(path)
    assert [asked(), asked()] == [right, right]
