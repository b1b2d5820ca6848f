"""Uploads that held personal data: encrypted in pieces of a mebibyte, removed, or kept, as the setting says."""

from __future__ import annotations

import hashlib
import io
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from catalog.derived_keys import derive_key
from catalog.storage import Storage

PIECE = 1 << 20  # bytes of the original in each piece
_NONCE, _TAG = 12, 16
SEALED = "sealed"  # the kind of the encrypted files; each is found by the digest of its original


def settle(storage: Storage, key: str, secret: str, choice: str) -> None:
    """Do with an upload what `choice` (encrypt, drop, keep) says; one that is settled already is left alone."""
    if choice == "keep" or not storage.has(key):
        return
    if choice == "encrypt":
        _seal(storage, key, secret)
    storage.remove(key)


def sealed_key(key: str) -> str:
    """Where the encrypted form of an upload is."""
    _, _, rest = key.partition("/")
    return f"{SEALED}/{rest}.aesgcm"


def open_sealed(path: Path, key: str, secret: str) -> bytes:
    """The original of a sealed upload. Raises InvalidTag where it was changed or cut, or the key differs."""
    cipher, name = _cipher(secret), key.encode()
    with path.open("rb") as source:
        made = io.BytesIO()
        for number, piece, last in _pieces(source, PIECE + _NONCE + _TAG):
            made.write(cipher.decrypt(piece[:_NONCE], piece[_NONCE:], _mark(name, number, last=last)))
    return made.getvalue()


def is_whole(path: Path, key: str, secret: str) -> bool:
    """Whether a sealed upload is as it was sealed, under this secret."""
    try:
        open_sealed(path, key, secret)
    except InvalidTag:
        return False
    return True


def _seal(storage: Storage, key: str, secret: str) -> None:
    """Write the encrypted form, whole or not at all, before the clear one is removed."""
    cipher, name = _cipher(secret), key.encode()
    with tempfile.TemporaryFile() as sealed, storage.local_path(key).open("rb") as source:
        for number, piece, last in _pieces(source, PIECE):
            nonce = os.urandom(_NONCE)
            sealed.write(nonce + cipher.encrypt(nonce, piece, _mark(name, number, last=last)))
        sealed.seek(0)
        storage.put(sealed_key(key), sealed)


def _pieces(source: BinaryIO, size: int) -> Iterator[tuple[int, bytes, bool]]:
    """The pieces of a file with their numbers, and whether each is the last."""
    number, piece = 0, source.read(size)
    while True:
        following = source.read(size)
        yield number, piece, not following
        if not following:
            return
        number, piece = number + 1, following


def _mark(name: bytes, number: int, *, last: bool) -> bytes:
    """What a piece is bound to, so that pieces can neither be exchanged nor cut off."""
    return hashlib.sha256(name).digest() + number.to_bytes(8, "big") + bytes([last])


def _cipher(secret: str) -> AESGCM:
    return AESGCM(derive_key(secret, "portal originals"))
