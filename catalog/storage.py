"""Files by the digest of their content: one small interface, `file:` today.

A file is written beside its place, flushed to disk and moved into it, so a crash leaves the old state or the new one.
A key is `kind/ab/abcdef….suffix`; the digest in it is the SHA-256 of the content.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, Protocol
from urllib.parse import unquote, urlsplit

from catalog.errors import NotFound, TooLarge

CHUNK = 1 << 20


@dataclass(frozen=True)
class StoredFile:
    """A file that is safely stored: its key, SHA-256 (hex) and size in bytes."""

    key: str
    digest: str
    size: int


class Storage(Protocol):
    """Where files live. Content never changes under a key."""

    def save(self, kind: str, source: BinaryIO, *, suffix: str = "", limit: int | None = None) -> StoredFile:
        """Stream `source` in. Raises TooLarge past `limit` bytes; nothing is left then."""
        ...

    def adopt(self, kind: str, path: Path, *, suffix: str = "") -> StoredFile:
        """Take over a finished local file (it is moved)."""
        ...

    def put(self, key: str, source: BinaryIO) -> None:
        """Store under a key that does not follow from the content, whole or not at all."""
        ...

    def local_path(self, key: str) -> Path:
        """A path on this machine to read from. Raises NotFound."""
        ...

    def has(self, key: str) -> bool:
        """Whether the file is there."""
        ...

    def remove(self, key: str) -> None:
        """Forget the file; absent is fine."""
        ...

    def iter_keys(self, kind: str) -> Iterator[str]:
        """Every key of that kind."""
        ...

    def modified(self, key: str) -> datetime:
        """When the file was stored last; now for one that is gone."""
        ...

    def remove_left_over(self, before: datetime) -> None:
        """Remove what was on its way in before that time and never arrived."""
        ...


def key_of(kind: str, digest: str, suffix: str = "") -> str:
    """The key of content with that digest."""
    return f"{kind}/{digest[:2]}/{digest}{suffix}"


def digest_of(path: Path) -> tuple[str, int]:
    """SHA-256 (hex) and size of a local file."""
    hasher, size = hashlib.sha256(), 0
    with path.open("rb") as source:
        while chunk := source.read(CHUNK):
            hasher.update(chunk)
            size += len(chunk)
    return hasher.hexdigest(), size


class FileStorage:
    """Files under one directory of this machine."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.incoming = root / "incoming"
        self.incoming.mkdir(parents=True, exist_ok=True)

    def save(self, kind: str, source: BinaryIO, *, suffix: str = "", limit: int | None = None) -> StoredFile:
        handle, name = tempfile.mkstemp(dir=self.incoming)
        path = Path(name)
        try:
            with os.fdopen(handle, "wb") as target:
                digest, size = _copy(source, target, limit)
            return self._place(kind, path, digest, size, suffix)
        finally:
            path.unlink(missing_ok=True)

    def put(self, key: str, source: BinaryIO) -> None:
        handle, name = tempfile.mkstemp(dir=self.incoming)
        path = Path(name)
        try:
            with os.fdopen(handle, "wb") as target:
                _copy(source, target, None)
            self._move(path, key)
        finally:
            path.unlink(missing_ok=True)

    def adopt(self, kind: str, path: Path, *, suffix: str = "") -> StoredFile:
        if path.stat().st_dev != self.root.stat().st_dev:
            return self._adopt_from_afar(kind, path, suffix)
        digest, size = digest_of(path)
        with path.open("rb") as source:
            os.fsync(source.fileno())
        return self._place(kind, path, digest, size, suffix)

    def local_path(self, key: str) -> Path:
        path = self._path(key)
        if not path.is_file():
            raise NotFound("file_missing", key=key)
        return path

    def has(self, key: str) -> bool:
        return self._path(key).is_file()

    def remove(self, key: str) -> None:
        self._path(key).unlink(missing_ok=True)

    def iter_keys(self, kind: str) -> Iterator[str]:
        for path in sorted((self.root / kind).glob("*/*")):
            yield path.relative_to(self.root).as_posix()

    def modified(self, key: str) -> datetime:
        try:
            return datetime.fromtimestamp(self._path(key).stat().st_mtime, UTC)
        except FileNotFoundError:  # another process has removed it
            return datetime.now(UTC)

    def remove_left_over(self, before: datetime) -> None:
        for path in self.incoming.glob("*"):
            if path.stat().st_mtime < before.timestamp():
                path.unlink(missing_ok=True)

    def _adopt_from_afar(self, kind: str, path: Path, suffix: str) -> StoredFile:
        """A file cannot be moved between file systems in one step: it is saved like any other, then removed there."""
        with path.open("rb") as source:
            stored = self.save(kind, source, suffix=suffix)
        path.unlink()
        return stored

    def _path(self, key: str) -> Path:
        path = self.root / key
        if not path.resolve().is_relative_to(self.root.resolve()):
            raise NotFound("file_missing", key=key)
        return path

    def _place(self, kind: str, path: Path, digest: str, size: int, suffix: str) -> StoredFile:
        key = key_of(kind, digest, suffix)
        self._move(path, key)
        return StoredFile(key, digest, size)

    def _move(self, path: Path, key: str) -> None:
        """A finished file to its place, on disk when this returns."""
        target = self._path(key)
        first = not target.parent.is_dir()
        target.parent.mkdir(parents=True, exist_ok=True)
        path.replace(target)
        for directory in (target.parent, target.parent.parent, self.root) if first else (target.parent,):
            _sync_directory(directory)  # a new directory is on disk only when the one above it is


def open_storage(url: str) -> Storage:
    """The storage that the address names. Raises ValueError for a scheme that there is not."""
    parts = urlsplit(url)
    if parts.scheme != "file":
        raise ValueError(f"PORTAL_STORAGE_URL: only file: is known, not {parts.scheme or 'nothing'}:")
    return FileStorage(Path(unquote(parts.path)))


def _copy(source: BinaryIO, target: BinaryIO, limit: int | None) -> tuple[str, int]:
    hasher, size = hashlib.sha256(), 0
    while chunk := source.read(CHUNK):
        size += len(chunk)
        if limit is not None and size > limit:
            raise TooLarge("upload_too_large", limit_mib=limit >> 20)
        hasher.update(chunk)
        target.write(chunk)
    target.flush()
    os.fsync(target.fileno())
    return hasher.hexdigest(), size


def _sync_directory(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
