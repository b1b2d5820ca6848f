"""Exports as files: written whole before they are sent, so that a download has its digest, length and ranges,
and a fault in the middle is an error and never half a file. Kept for the next reader, the least used leave first; one
of what is not public yet is not kept, for its columns may still be masked or dropped.
"""

from __future__ import annotations

import base64
import fcntl
import hashlib
import os
import secrets
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

CACHE_BYTES = 4 << 30
PART = ".part"  # of what is being made
JUST_OPENED = 2.0  # seconds


@dataclass(frozen=True)
class ExportFile:
    """A finished export: where it is, its rows, the base64 SHA-256 of its bytes, whether it stays there."""

    path: Path
    rows: int
    digest: str
    size: int
    kept: bool = True


@dataclass(frozen=True)
class ExportCache:
    """Finished exports by the mark of what they hold; a name is `mark.rows.digest`."""

    directory: Path
    most_bytes: int = CACHE_BYTES

    def file_for(self, mark: str, write: Callable[[], tuple[int, Iterator[bytes]]]) -> ExportFile:
        """The export of that mark; `write` gives its number of rows and its bytes where it is not there yet."""
        there = self.find(mark)
        if there is not None:
            return there
        made = self._make(mark, write)
        self._evict(made)
        return _described(made)

    def find(self, mark: str) -> ExportFile | None:
        """The export of that mark if it is there; its use is marked."""
        found = next(iter(self.directory.glob(f"{mark}.*")), None)
        if found is not None:
            with suppress(FileNotFoundError):  # it has just made room for others
                os.utime(found)
                return _described(found)
        return None

    def passing_file(self, write: Callable[[], tuple[int, Iterator[bytes]]]) -> ExportFile:
        """An export for this reader alone, who removes it when it is open."""
        return replace(_described(self._make(f".{secrets.token_hex(8)}", write)), kept=False)

    def _make(self, mark: str, write: Callable[[], tuple[int, Iterator[bytes]]]) -> Path:
        self.directory.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=self.directory, prefix=".", suffix=PART)
        part, hasher = Path(name), hashlib.sha256()
        try:
            with os.fdopen(handle, "wb") as target:
                fcntl.flock(target, fcntl.LOCK_EX)  # goes with this process: whoever gets it knows the file is left
                rows, chunks = write()
                for chunk in chunks:
                    hasher.update(chunk)
                    target.write(chunk)
                target.flush()
                return part.replace(self.directory / f"{mark}.{rows}.{hasher.hexdigest()}")
        finally:
            part.unlink(missing_ok=True)

    def remove_left_over(self, before: float) -> None:
        """Remove what processes that died were making, and what they never sent before that time (seconds)."""
        for path in self.directory.glob(".*"):
            with suppress(FileNotFoundError):  # finished or removed meanwhile
                about = path.stat()
                if about.st_mtime < before or (path.suffix == PART and _is_left(path, about)):
                    path.unlink()

    def _evict(self, kept: Path) -> None:
        """Let go of the least recently used until the rest fits; a reader that has one open reads on."""
        files = [(path, path.stat()) for path in self.directory.glob("[!.]*") if path != kept]
        room = self.most_bytes - kept.stat().st_size
        for path, facts in sorted(files, key=lambda one: one[1].st_mtime, reverse=True):
            room -= facts.st_size
            if room < 0:
                path.unlink(missing_ok=True)


def _is_left(path: Path, about: os.stat_result) -> bool:
    """Whether nobody writes the file: its lock is free, and it is older than the moment between opening and locking."""
    if about.st_mtime > time.time() - JUST_OPENED:
        return False
    with path.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
    return True


def _described(path: Path) -> ExportFile:
    rows, digest = path.name.split(".")[-2:]
    return ExportFile(path, int(rows), base64.b64encode(bytes.fromhex(digest)).decode(), path.stat().st_size)
