"""Uploads with personal data after the decision: sealed and to be opened again, gone, or kept."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidTag

from catalog.storage import FileStorage
from ingest.privacy.originals import PIECE, open_sealed, sealed_key, settle

SECRET = "a secret for tests, long enough."


@pytest.mark.parametrize("size", [0, 5, PIECE, PIECE + 1, 2 * PIECE])
def test_a_sealed_upload_opens_with_its_key_only(tmp_path: Path, size: int) -> None:
    storage, content = FileStorage(tmp_path), b"x" * size
    key = storage.save("uploads", io.BytesIO(content)).key
    settle(storage, key, SECRET, "encrypt")
    assert not storage.has(key)
    path = storage.local_path(sealed_key(key))
    assert open_sealed(path, key, SECRET) == content
    with pytest.raises(InvalidTag):
        open_sealed(path, key, SECRET + "!")
    settle(storage, key, SECRET, "encrypt")  # again: nothing to do
    assert open_sealed(path, key, SECRET) == content


def test_a_cut_off_piece_is_noticed(tmp_path: Path) -> None:
    storage = FileStorage(tmp_path)
    key = storage.save("uploads", io.BytesIO(b"x" * (PIECE + 5))).key
    settle(storage, key, SECRET, "encrypt")
    path = storage.local_path(sealed_key(key))
    path.write_bytes(path.read_bytes()[: PIECE + 28])
    with pytest.raises(InvalidTag):
        open_sealed(path, key, SECRET)


@pytest.mark.parametrize(("choice", "there"), [("drop", False), ("keep", True)])
def test_an_upload_is_dropped_or_kept_as_the_setting_says(tmp_path: Path, choice: str, there: bool) -> None:
    storage = FileStorage(tmp_path)
    key = storage.save("uploads", io.BytesIO(b"abc")).key
    settle(storage, key, SECRET, choice)
    assert storage.has(key) == there
    assert not storage.has(sealed_key(key))
