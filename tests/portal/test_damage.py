"""A release file that was damaged on disk is no fault of who reads: every answer is 503 with a sentence, or right."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

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
    api: dict[str, Api], house: House, damage: Callable[[bytes], bytes]
) -> None:
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
