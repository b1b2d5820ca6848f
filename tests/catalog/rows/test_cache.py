"""Serving files are caches: rebuilt when missing, broken or old; built once; evicted by use."""

from __future__ import annotations

import multiprocessing
import os
from pathlib import Path
from typing import Any

import pytest

from catalog.errors import Unavailable
from catalog.rows import cache as rows_cache
from catalog.rows.cache import ServingCache
from catalog.rows.engine import RowFiles
from catalog.rows.ranks import Key, build_rank
from catalog.rows.sealed import FORM
from catalog.rows.serving import build, is_sound, open_serving
from catalog.schema import Field
from tests.catalog.rows.releases import make_release

FIELDS = [Field("n", "数", "integer"), Field("p", "期", "period")]


def release(directory: Path, number: int = 0, rows: int = 500) -> RowFiles:
    place = directory / f"release-{number}"
    place.mkdir()
    return make_release(place, FIELDS, [(line + number, "2018-Q1") for line in range(rows)], serve=False)


def path_of(cache: ServingCache, files: RowFiles) -> Path:
    return cache.path_for(files.parquet, files.table)


@pytest.fixture
def cache(tmp_path: Path) -> ServingCache:
    return ServingCache(tmp_path / "serving", 1 << 30)


def test_a_file_is_built_once_and_found_again(cache: ServingCache, tmp_path: Path) -> None:
    files = release(tmp_path)
    assert cache.find(files.table) is None
    path = path_of(cache, files)
    made = path.stat().st_ino
    assert path_of(cache, files).stat().st_ino == made
    found = cache.find(files.table)
    assert found is not None
    assert found.path == path
    assert path_of(ServingCache(cache.directory, 1 << 30), files).stat().st_ino == made


def test_the_file_holds_every_row_in_native_form(cache: ServingCache, tmp_path: Path) -> None:
    files = release(tmp_path)
    assert open_serving(path_of(cache, files), files.table).read([500, 1], [0, 1]) == [[499, 0], ["2018-Q1"] * 2]


def spoil_header(path: Path) -> None:
    path.write_bytes(b"\0" * path.stat().st_size)


def spoil_length(path: Path) -> None:
    os.truncate(path, path.stat().st_size - 4096)


def spoil_stamp(path: Path) -> None:
    path.write_bytes(path.read_bytes().replace(FORM, b"rows0"))


def spoil_one_byte(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 3] ^= 1
    path.write_bytes(data)


@pytest.mark.parametrize("spoil", [spoil_header, spoil_length, spoil_stamp, spoil_one_byte, Path.unlink])
def test_a_file_that_is_not_what_it_should_be_is_built_anew(cache: ServingCache, tmp_path: Path, spoil: Any) -> None:
    files = release(tmp_path)
    path = path_of(cache, files)
    spoil(path)
    fresh = ServingCache(cache.directory, 1 << 30)
    assert fresh.find(files.table) is None
    assert is_sound(path_of(fresh, files), files.table)


@pytest.mark.parametrize(
    ("spoil", "broken"), [(spoil_one_byte, True), (spoil_length, True), (spoil_stamp, False), (Path.unlink, False)]
)
def test_what_an_upgrade_leaves_is_not_broken(cache: ServingCache, tmp_path: Path, spoil: Any, *, broken: bool) -> None:
    files = release(tmp_path)
    path = path_of(cache, files)
    assert not cache.is_unsound(files.table)
    spoil(path)
    assert cache.is_unsound(files.table) == broken


def test_a_file_that_failed_can_be_forgotten(cache: ServingCache, tmp_path: Path) -> None:
    files = release(tmp_path)
    path = path_of(cache, files)
    cache.remove(files.table.digest)
    assert not path.exists()
    assert path_of(cache, files).exists()


def test_the_file_used_longest_ago_is_evicted(tmp_path: Path) -> None:
    made = [release(tmp_path, number) for number in range(3)]
    roomy = ServingCache(tmp_path / "serving", 1 << 30)
    old, used = path_of(roomy, made[0]), path_of(roomy, made[1])
    os.utime(old, (1_000_000, old.stat().st_mtime))
    os.utime(used, (2_000_000, used.stat().st_mtime))
    tight = ServingCache(tmp_path / "serving", old.stat().st_size * 2)
    kept = path_of(tight, made[2])
    assert (old.exists(), used.exists(), kept.exists()) == (False, True, True)


def test_the_newest_file_stays_even_where_it_alone_is_too_large(tmp_path: Path) -> None:
    files = release(tmp_path)
    assert path_of(ServingCache(tmp_path / "serving", 1), files).exists()


def test_use_is_marked_so_that_a_used_file_stays(cache: ServingCache, tmp_path: Path) -> None:
    files = release(tmp_path)
    path = path_of(cache, files)
    written = path.stat().st_mtime_ns
    os.utime(path, ns=(0, written))
    path_of(cache, files)
    assert path.stat().st_atime_ns > 0
    assert path.stat().st_mtime_ns == written


def test_ranks_leave_with_their_release(tmp_path: Path) -> None:
    made = [release(tmp_path, number) for number in range(2)]
    roomy = ServingCache(tmp_path / "serving", 1 << 30)
    old = path_of(roomy, made[0])
    build_rank(open_serving(old, made[0].table), Key("c", 0), made[0].parquet)
    assert len(list(old.parent.glob("*.rank"))) == 1
    os.utime(old, (1_000_000, old.stat().st_mtime))
    path_of(ServingCache(tmp_path / "serving", old.stat().st_size * 2), made[1])
    assert not list(old.parent.glob(f"{made[0].table.digest}.*"))


def test_nothing_is_made_from_a_damaged_release(cache: ServingCache, tmp_path: Path) -> None:
    files = release(tmp_path)
    spoil_one_byte(files.parquet)
    with pytest.raises(Unavailable):
        cache.path_for(files.parquet, files.table)
    with pytest.raises(Unavailable):
        cache.profile_for(files.parquet, files.table)
    assert cache.find(files.table) is None


def test_a_build_that_fails_leaves_nothing(tmp_path: Path) -> None:
    files = release(tmp_path)
    files.parquet.write_bytes(b"PAR1 broken")
    target = tmp_path / "out"
    target.mkdir()
    with pytest.raises(Exception, match=r"(?i)parquet"):
        build(files.parquet, files.table, target / "x.rows")
    assert list(target.iterdir()) == []


def _build_in_child(directory: Path, files: RowFiles, start: Any, answers: Any) -> None:
    start.wait()
    path = path_of(ServingCache(directory, 1 << 30), files)
    answers.put(path.stat().st_ino)


def test_two_processes_build_one_file(tmp_path: Path) -> None:
    files = release(tmp_path, rows=20_000)
    context = multiprocessing.get_context("spawn")
    start, answers = context.Event(), context.SimpleQueue()
    children = [
        context.Process(target=_build_in_child, args=(tmp_path / "serving", files, start, answers)) for _ in range(2)
    ]
    for child in children:
        child.start()
    start.set()
    assert answers.get() == answers.get()
    for child in children:
        child.join()
        assert child.exitcode == 0


def test_what_is_made_of_a_release_that_is_removed_meanwhile_is_not_kept(
    cache: ServingCache, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = release(tmp_path)

    def slow(build: Any) -> Any:
        def run(*values: Any) -> None:
            build(*values)
            files.parquet.unlink(missing_ok=True)  # a steward's decision wrote the draft again

        return run

    monkeypatch.setattr(rows_cache, "build", slow(rows_cache.build))
    with pytest.raises(Unavailable):
        cache.path_for(files.parquet, files.table)
    assert [one for one in cache.directory.rglob("*") if one.is_file() and one.suffix != ".lock"] == []
    files = release(tmp_path, number=1)
    monkeypatch.setattr(rows_cache, "write_profile", slow(rows_cache.write_profile))
    with pytest.raises(Unavailable):
        cache.profile_for(files.parquet, files.table)
    assert [one for one in cache.directory.rglob("*") if one.is_file() and one.suffix != ".lock"] == []
