"""Cache files that say themselves whether they are whole: content, then the digest of what it was made from, then a
checksum of both. Written beside and moved into place, so a file is there wholly or not at all; read by mapping it.
"""

from __future__ import annotations

import hashlib
import mmap
import os
import re
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, Final

import pyarrow as pa

FORM: Final = b"rows4"  # another one when the layout changes: older files are then made anew
_ANY_FORM: Final = re.compile(rb"rows\d")
_TRAILER: Final = len(FORM) + 64 + 32
_CHUNK: Final = 1 << 20


class Unsound(Exception):
    """A cache file is missing, broken, or made from something else: whoever reads makes it anew or does without."""


class Outdated(Unsound):
    """A cache file of an earlier layout, as an upgrade leaves it: made anew like the others, but nothing broke."""


def write_sealed(target: Path, digest: str, write: Callable[[pa.NativeFile], None]) -> None:
    """What `write` puts into the file it is given, sealed with the digest (hex) of its source, under `target`."""
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=".making-")
    os.close(handle)
    path = Path(name)
    try:
        with pa.OSFile(name, "wb") as sink:
            write(sink)
        with path.open("r+b") as file:
            hasher = hashlib.file_digest(file, "sha256")
            mark = FORM + digest.encode("ascii").ljust(64)
            hasher.update(mark)
            file.write(mark + hasher.digest())
            file.flush()
            os.fsync(file.fileno())
        path.replace(target)
    finally:
        path.unlink(missing_ok=True)


def open_sealed(path: Path, digest: str, *, check: bool = True) -> pa.Buffer:
    """The content, mapped. Raises Unsound; without `check` the content itself is trusted."""
    try:
        with path.open("rb") as file:
            mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
            size = len(mapped) - _TRAILER
            end = size + len(FORM) + 64
            form = mapped[size : size + len(FORM)] if size >= 0 else b""
            if form != FORM and _ANY_FORM.fullmatch(form):
                raise Outdated(str(path))
            sound = size >= 0 and mapped[size:end] == FORM + digest.encode("ascii").ljust(64)
            if not sound or (check and _sum(file, end) != mapped[-32:]):
                raise Unsound(str(path))
    except (OSError, ValueError) as fault:  # an empty file cannot be mapped
        raise Unsound(str(path)) from fault
    return pa.py_buffer(mapped).slice(0, size)


def _sum(file: BinaryIO, end: int) -> bytes:
    """The checksum of the bytes up to `end`: read, for mapped pages would stay and count as ours."""
    hasher = hashlib.sha256()
    while end > 0 and (chunk := file.read(min(_CHUNK, end))):
        hasher.update(chunk)
        end -= len(chunk)
    return hasher.digest()
