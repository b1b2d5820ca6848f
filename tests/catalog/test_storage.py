"""Files by their digest: what goes in comes out, whole or not at all, and never from outside the directory."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog import storage as storage_module
from catalog.errors import NotFound, TooLarge
from catalog.storage import FileStorage, digest_of, key_of, open_storage


class CutOff(io.RawIOBase):
    """An upload that breaks after its first bytes."""

    def __init__(self) -> None:
        self.begun = False

    def read(self, size: int = -1) -> bytes:
        if self.begun:
            raise ConnectionResetError("the line broke")
        self.begun = True
        return b"half"


def incoming(storage: FileStorage) -> list[Path]:
    return list(storage.incoming.iterdir())


@given(content=st.binary(max_size=3000))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
def test_what_is_saved_is_read_back_under_its_digest(storage: FileStorage, content: bytes) -> None:
    saved = storage.save("uploads", io.BytesIO(content), suffix=".csv")
    assert storage.local_path(saved.key).read_bytes() == content
    assert (saved.digest, saved.size) == (hashlib.sha256(content).hexdigest(), len(content))
    assert saved.key == key_of("uploads", saved.digest, ".csv")


def test_content_longer_than_one_chunk_is_saved_whole(storage: FileStorage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(storage_module, "CHUNK", 7)
    saved = storage.save("uploads", io.BytesIO(b"x" * 100))
    assert digest_of(storage.local_path(saved.key)) == (saved.digest, 100)


def test_the_same_content_twice_is_one_file(storage: FileStorage) -> None:
    first, second = (storage.save("uploads", io.BytesIO(b"same")) for _ in range(2))
    assert first == second
    assert list(storage.iter_keys("uploads")) == [first.key]
    assert incoming(storage) == []


def test_content_over_the_limit_is_refused_and_nothing_is_left(storage: FileStorage) -> None:
    with pytest.raises(TooLarge, match="1 MiB"):
        storage.save("uploads", io.BytesIO(b"x" * ((1 << 20) + 1)), limit=1 << 20)
    assert list(storage.iter_keys("uploads")) == []
    assert incoming(storage) == []


def test_content_of_just_the_limit_is_taken(storage: FileStorage) -> None:
    assert storage.save("uploads", io.BytesIO(b"1234"), limit=4).size == 4


def test_an_upload_that_breaks_off_leaves_nothing(storage: FileStorage) -> None:
    with pytest.raises(ConnectionResetError):
        storage.save("uploads", CutOff())  # type: ignore[arg-type]  # only read() is used
    assert list(storage.iter_keys("uploads")) == []
    assert incoming(storage) == []


def test_an_adopted_file_is_moved_to_its_place(storage: FileStorage, tmp_path: Path) -> None:
    made = tmp_path / "made.parquet"
    made.write_bytes(b"rows")
    adopted = storage.adopt("releases", made, suffix=".parquet")
    assert not made.exists()
    assert storage.local_path(adopted.key).read_bytes() == b"rows"


def test_a_file_on_another_disk_is_adopted_too(storage: FileStorage) -> None:
    memory = Path("/dev/shm")  # noqa: S108 - another file system is the point
    if not memory.is_dir() or memory.stat().st_dev == storage.root.stat().st_dev:
        pytest.skip("this machine has no second file system at hand")
    made = memory / f"{storage.root.parent.name}.parquet"
    made.write_bytes(b"rows")
    adopted = storage.adopt("releases", made, suffix=".parquet")
    assert not made.exists()
    assert storage.local_path(adopted.key).read_bytes() == b"rows"
    assert incoming(storage) == []


def test_a_removed_file_is_gone_and_removing_it_again_is_fine(storage: FileStorage) -> None:
    saved = storage.save("uploads", io.BytesIO(b"x"))
    assert storage.has(saved.key)
    storage.remove(saved.key)
    storage.remove(saved.key)
    assert not storage.has(saved.key)
    with pytest.raises(NotFound):
        storage.local_path(saved.key)


def test_keys_are_listed_by_kind_in_order(storage: FileStorage) -> None:
    keys = [storage.save("uploads", io.BytesIO(bytes([number]))).key for number in range(9)]
    storage.save("releases", io.BytesIO(b"other"))
    assert list(storage.iter_keys("uploads")) == sorted(keys)
    assert list(storage.iter_keys("nothing")) == []


@pytest.mark.parametrize("key", ["../secret", "uploads/../../secret", "/etc/hostname", "uploads/aa/..", ""])
def test_a_key_never_leads_out_of_the_directory(storage: FileStorage, tmp_path: Path, key: str) -> None:
    (tmp_path / "secret").write_text("not for you")
    with pytest.raises(NotFound):
        storage.local_path(key)


def test_a_storage_is_opened_by_its_address(tmp_path: Path) -> None:
    place = tmp_path / "数据 files"
    opened = open_storage(place.as_uri())
    saved = opened.save("uploads", io.BytesIO(b"x"))
    assert (place / saved.key).is_file()


@pytest.mark.parametrize("url", ["s4://bucket", "files", ""])
def test_an_unknown_address_is_refused_by_the_name_of_its_setting(url: str) -> None:
    with pytest.raises(ValueError, match="PORTAL_STORAGE_URL"):
        open_storage(url)
