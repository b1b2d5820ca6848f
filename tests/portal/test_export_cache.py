"""An export is there whole or not at all, also where its process is killed in the middle."""

from __future__ import annotations

import multiprocessing
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from portal.exports import ExportCache

PARTS = [b"a,b\n", b"1,2\n" * 10_000, b"3,4\n"]


def _write_and_hang(directory: Path, begun: Any, never: Any) -> None:
    def chunks() -> Iterator[bytes]:
        yield from PARTS[:2]
        begun.set()
        never.wait()

    ExportCache(directory).file_for("mark", lambda: (3, chunks()))


@contextmanager
def half_written(directory: Path) -> Iterator[Path]:
    """The file that another process is at, which is killed in the end."""
    context = multiprocessing.get_context("spawn")
    begun, never = context.Event(), context.Event()
    child = context.Process(target=_write_and_hang, args=(directory, begun, never))
    child.start()
    assert begun.wait(60)
    (left,) = directory.iterdir()
    long_ago = time.time() - 60
    os.utime(left, (long_ago, long_ago))
    yield left
    child.kill()
    child.join()


def kill_in_the_middle(directory: Path) -> None:
    with half_written(directory):
        pass


def test_a_killed_process_leaves_nothing_that_is_taken_for_a_file(tmp_path: Path) -> None:
    kill_in_the_middle(tmp_path)
    left = list(tmp_path.iterdir())
    assert [path.suffix for path in left] == [".part"]
    found = ExportCache(tmp_path).file_for("mark", lambda: (3, iter(PARTS)))
    assert found.path.read_bytes() == b"".join(PARTS)
    assert left[0].exists()  # somebody may be at it still


def test_what_a_process_was_making_goes_when_the_process_is_gone(tmp_path: Path) -> None:
    cache = ExportCache(tmp_path)
    with half_written(tmp_path) as part:
        cache.remove_left_over(0.0)
        assert part.exists()
    cache.remove_left_over(0.0)
    assert not part.exists()


def test_what_was_left_is_removed_in_time(tmp_path: Path) -> None:
    kill_in_the_middle(tmp_path)
    cache = ExportCache(tmp_path)
    found = cache.file_for("mark", lambda: (3, iter(PARTS)))
    cache.remove_left_over(time.time() + 1)
    assert list(tmp_path.iterdir()) == [found.path]
