"""Cache files that say themselves whether they are whole: content, then the digest of what it was made from, then a
checksum of both. Written beside and moved into place, so a file is there wholly or not at all; read by mapping it.
"""

from __future__ import annotations

import ctypes
import hashlib
import os
import re
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pyarrow as pa

FORM: Final = b"rows5"  # another one when the layout changes: older files are then made anew
_ANY_FORM: Final = re.compile(rb"rows\d")
_TRAILER: Final = len(FORM) + 64 + 32
_CHUNK: Final = 1 << 20
# As os.lseek, but the interpreter is not let go of: that would wake every thread that waits for it, each time in vain.
# Its arguments are made before, since that takes as long as the call.
_seek: Final = ctypes.PyDLL(None).lseek
_seek.restype = ctypes.c_int64
_START, _END = ctypes.c_int64(0), ctypes.c_int(os.SEEK_END)


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


class Sealed:
    """A sealed file, mapped: `content` is what was written."""

    def __init__(self, path: Path, digest: str, *, check: bool = True) -> None:
        """Raises Unsound; without `check` the content itself is trusted."""
        try:
            self._file = pa.memory_map(str(path))
            whole = self._file.read_buffer()
            size = len(whole) - _TRAILER
            mark = bytes(whole[max(size, 0) : size + len(FORM) + 64])
            if mark[: len(FORM)] != FORM and _ANY_FORM.fullmatch(mark[: len(FORM)]):
                raise Outdated(str(path))
            sound = size >= 0 and mark == FORM + digest.encode("ascii").ljust(64)
            if not sound or (check and self._sum(size + len(mark)) != bytes(whole[-32:])):
                raise Unsound(str(path))
        except (OSError, pa.ArrowException) as fault:
            raise Unsound(str(path)) from fault
        self._fd, self._size = ctypes.c_int(self._file.fileno()), len(whole)
        self.content: pa.Buffer = whole.slice(0, size)

    def is_whole(self) -> bool:
        """Whether the file is still as long as it was: reading beyond its end would end the process."""
        end: int = _seek(self._fd, _START, _END)
        return end == self._size

    def _sum(self, end: int) -> bytes:
        """The checksum of the bytes up to `end`: read, for mapped pages would stay and count as ours."""
        hasher, at = hashlib.sha256(), 0
        while at < end and (chunk := os.pread(self._file.fileno(), min(_CHUNK, end - at), at)):
            hasher.update(chunk)
            at += len(chunk)
        return hasher.digest()


def open_sealed(path: Path, digest: str) -> pa.Buffer:
    """The content, mapped. Raises Unsound."""
    return Sealed(path, digest).content
