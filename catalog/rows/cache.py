"""Serving files by the digest of their Parquet file: built when missing, checked before use, the least used evicted."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from catalog.rows.serving import build, can_serve, is_sound
from catalog.schema import Table

_MARK = 60.0  # seconds: a use is marked in the file's access time at most this often


class ServingCache:
    """Serving files under one directory, of at most `max_bytes` together (the newest stays whatever its size)."""

    def __init__(self, directory: Path, max_bytes: int) -> None:
        self.directory = directory
        self.max_bytes = max_bytes
        self._checked: dict[str, tuple[int, int]] = {}  # digest -> inode and time of the file that was found sound

    def path_for(self, digest: str, parquet: Path, table: Table) -> Path | None:
        """The serving file, built now where it is missing or unsound; None where SQLite cannot serve the release."""
        if not can_serve(table):
            return None
        path = self._path(digest)
        if not self._is_good(path, digest):
            self._build(path, digest, parquet, table)
        return path

    def find(self, digest: str) -> Path | None:
        """The serving file if it is there and sound; nothing is built."""
        path = self._path(digest)
        return path if self._is_good(path, digest) else None

    def is_unsound(self, digest: str) -> bool:
        """Whether there is a file that must not be used; an absent one is only not built yet."""
        return self._path(digest).exists() and not is_sound(self._path(digest), digest)

    def remove(self, digest: str) -> None:
        """Forget a file that failed."""
        self._checked.pop(digest, None)
        self._path(digest).unlink(missing_ok=True)

    def _path(self, digest: str) -> Path:
        return self.directory / digest[:2] / f"{digest}.sqlite"

    def _is_good(self, path: Path, digest: str) -> bool:
        """A file is read through once in a process; later only its identity is compared, and its use is marked."""
        try:
            about = path.stat()
        except FileNotFoundError:
            return False
        seen = (about.st_ino, about.st_mtime_ns)
        if self._checked.get(digest) != seen and not is_sound(path, digest):
            return False
        self._checked[digest] = seen
        if about.st_atime < time.time() - _MARK:
            os.utime(path, ns=(time.time_ns(), about.st_mtime_ns))
        return True

    def _build(self, path: Path, digest: str, parquet: Path, table: Table) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        with _locked(path.with_suffix(".lock")):
            if self._is_good(path, digest):  # another process was faster
                return
            build(parquet, table, path)
            self._checked.pop(digest, None)
        self._evict(path)

    def _evict(self, keep: Path) -> None:
        """Remove the files whose last use is longest ago until the rest fits. Readers of a removed file keep it."""
        files = [
            (about.st_atime, about.st_size, path)
            for path in self.directory.glob("*/*.sqlite")
            if (about := _find_stat(path)) is not None
        ]
        total = sum(size for _, size, _ in files)
        for _, size, path in sorted(files):
            if total <= self.max_bytes:
                return
            if path != keep:
                path.unlink(missing_ok=True)
                total -= size


def _find_stat(path: Path) -> os.stat_result | None:
    try:
        return path.stat()
    except FileNotFoundError:  # another process evicts as well
        return None


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """One process at a time; the lock goes with the process that holds it."""
    with path.open("wb") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
