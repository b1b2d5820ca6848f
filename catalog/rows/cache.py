"""Serving files by the digest of their Parquet file: built when missing, checked before use, the least used evicted."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from catalog.errors import Unavailable
from catalog.rows.profile import load_profile, write_profile
from catalog.rows.sealed import Unsound
from catalog.rows.serving import Serving, build, is_broken, open_serving
from catalog.schema import Table
from catalog.storage import digest_of

_MARK = 60.0  # seconds: a use is marked in the file's access time at most this often


class ServingCache:
    """Serving files under one directory, of at most `max_bytes` together (the newest stays whatever its size)."""

    def __init__(self, directory: Path, max_bytes: int) -> None:
        self.directory = directory
        self.max_bytes = max_bytes
        self._paths: dict[str, Path] = {}  # by digest

    def path_for(self, parquet: Path, table: Table, *, checked: bool = False) -> Path:
        """The serving file, built now where it is missing or unsound. Raises Unavailable where that cannot be.

        `checked`: the digest of the Parquet file was worked out just now, and need not be again.
        """
        if self.find(table) is None:
            self._build(parquet, table, checked=checked)
        return self._path(table.digest)

    def profile_for(self, parquet: Path, table: Table, *, checked: bool = False) -> list[dict[str, Any]]:
        """The profile of a release, worked out now where it is missing or unsound. Raises Unavailable."""
        path = self._path(table.digest).with_suffix(".rprofile")
        try:
            return load_profile(path, table)
        except Unsound:
            if not checked:
                _require_whole(parquet, table)
            path.parent.mkdir(parents=True, exist_ok=True)
            write_profile(path, parquet, table)
            self._require_still_there(parquet, table)
            return load_profile(path, table)

    def find(self, table: Table) -> Serving | None:
        """The serving file if it is there and sound; nothing is built. Its use is marked."""
        path = self._path(table.digest)
        try:
            about = path.stat()
            found = open_serving(path, table, about)
        except (FileNotFoundError, Unsound):
            return None
        if about.st_atime < time.time() - _MARK:
            os.utime(path, ns=(time.time_ns(), about.st_mtime_ns))
        return found

    def is_unsound(self, table: Table) -> bool:
        """Whether there is a broken file; one that is absent, or that an upgrade left, is only not built yet."""
        return is_broken(self._path(table.digest), table)

    def remove(self, digest: str) -> None:
        """Forget a file that failed, and its ranks."""
        for path in self.directory.glob(f"{digest[:2]}/{digest}.*"):
            path.unlink(missing_ok=True)

    def iter_digests(self, before: float) -> Iterator[str]:
        """The releases of which there are files, all of them from before that time (seconds)."""
        newest: dict[str, float] = {}
        for path in self.directory.glob("*/[!.]*.*"):
            about = _find_stat(path)
            if about is not None:
                digest = path.name.partition(".")[0]
                newest[digest] = max(newest.get(digest, 0.0), about.st_mtime)
        yield from (digest for digest, at in newest.items() if at < before)

    def remove_left_over(self, before: float) -> None:
        """Remove what was being made before that time (seconds) and never became a file of its own."""
        for path in self.directory.glob("*/.making-*"):
            about = _find_stat(path)
            if about is not None and about.st_mtime < before:
                path.unlink(missing_ok=True)

    def _path(self, digest: str) -> Path:
        found = self._paths.get(digest)
        if found is None:
            found = self._paths[digest] = self.directory / digest[:2] / f"{digest}.rows"
        return found

    def _build(self, parquet: Path, table: Table, *, checked: bool) -> None:
        path = self._path(table.digest)
        path.parent.mkdir(parents=True, exist_ok=True)
        with locked(path.with_suffix(".lock")):
            if self.find(table) is not None:  # another process was faster
                return
            if not checked:
                _require_whole(parquet, table)
            build(parquet, table, path)
            self._require_still_there(parquet, table)
        self._evict(path)

    def _require_still_there(self, parquet: Path, table: Table) -> None:
        """Raises Unavailable, and keeps nothing, where the file was removed while something was made of it.

        A steward has decided on its personal data, say.
        """
        if not parquet.exists():
            self.remove(table.digest)
            raise Unavailable("rows_unavailable", retry_after=60)

    def _evict(self, keep: Path) -> None:
        """Remove the releases used longest ago, ranks and all, until the rest fits. Readers keep theirs."""
        used: dict[Path, float] = {}
        sizes: dict[Path, int] = {}
        for path in self.directory.glob("*/*.r*"):
            about = _find_stat(path)
            if about is not None:
                main = path.with_name(path.name.partition(".")[0] + ".rows")
                sizes[main] = sizes.get(main, 0) + about.st_size
                used[main] = about.st_atime if path == main else used.get(main, 0.0)
        total = sum(sizes.values())
        for main in sorted(sizes, key=lambda one: used[one]):
            if total <= self.max_bytes:
                return
            if main != keep:
                self.remove(main.stem)
                total -= sizes[main]


def _require_whole(parquet: Path, table: Table) -> None:
    """Raises Unavailable where the file is not what its digest says: what is made from it would pass for sound."""
    if digest_of(parquet)[0] != table.digest:
        raise Unavailable("rows_unavailable", retry_after=60)


def _find_stat(path: Path) -> os.stat_result | None:
    try:
        return path.stat()
    except FileNotFoundError:  # another process evicts as well
        return None


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """One process at a time; the lock goes with the process that holds it."""
    with path.open("wb") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
