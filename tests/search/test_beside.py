"""Long sequences are worked on beside, short ones here; whatever happens, the order and the results are the same."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from search import beside
from search.beside import ALONE, worked

LONG = 10 * (ALONE + 1)


def squares(numbers: list[int]) -> list[int]:
    """What is made of a batch."""
    return [number * number for number in numbers]


def where(numbers: list[int]) -> int:
    """The process that was at work."""
    return os.getpid()


def fatal_beside(numbers: list[int]) -> int:
    """Ends a process beside, but not the caller's."""
    if multiprocessing.parent_process():
        os._exit(9)
    return sum(numbers)


def refused(numbers: list[int]) -> int:
    """An error of the work itself."""
    raise LookupError(numbers)


@pytest.fixture(autouse=True)
def _cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(beside, "_cores", lambda: 2)


def test_batches_come_in_order_with_what_was_made_of_them() -> None:
    made = list(worked(range(LONG), 3, squares))
    assert [number for batch, _ in made for number in batch] == list(range(LONG))
    assert all(squares(batch) == result for batch, result in made)
    assert not multiprocessing.active_children()


def test_a_short_sequence_starts_no_process() -> None:
    assert {pid for _, pid in worked(range(ALONE * 5), 5, where)} == {os.getpid()}
    assert list(worked([], 5, where)) == []


def test_a_long_sequence_is_worked_on_beside_and_one_core_alone_does_it_here(monkeypatch: pytest.MonkeyPatch) -> None:
    assert os.getpid() not in {pid for _, pid in worked(range(LONG), 5, where)}
    monkeypatch.setattr(beside, "_cores", lambda: 1)
    assert {pid for _, pid in worked(range(LONG), 5, where)} == {os.getpid()}


def test_only_a_few_batches_are_read_ahead() -> None:
    read: list[int] = []

    def numbers() -> Iterator[int]:
        for number in range(1_000):
            read.append(number)
            yield number

    made = worked(numbers(), 1, squares)
    next(made)
    assert len(read) < 2 * ALONE
    made.close()
    assert not multiprocessing.active_children()


def test_where_other_threads_run_nothing_is_forked() -> None:
    free = threading.Event()
    other = threading.Thread(target=free.wait)
    other.start()
    try:
        assert beside._start() == "spawn"
        assert sum(sum(result) for _, result in worked(range(LONG), 5, squares)) == sum(squares(list(range(LONG))))
    finally:
        free.set()
        other.join()


def test_a_process_that_is_killed_costs_no_result() -> None:
    assert sum(result for _, result in worked(range(LONG), 5, fatal_beside)) == sum(range(LONG))


def test_an_error_of_the_work_reaches_the_caller_and_leaves_no_process() -> None:
    with pytest.raises(LookupError):
        list(worked(range(LONG), 5, refused))
    assert not multiprocessing.active_children()


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_processes_end_with_a_caller_that_is_killed(how: signal.Signals) -> None:
    code = (
        "import sys\nfrom search.beside import worked\nimport search.beside as beside\nbeside._cores = lambda: 2\n"
        "from tests.search.test_beside import where\n"
        "for _, pid in worked(range(100), 1, where):\n    print(pid, flush=True)\n    sys.stdin.read()\n"
    )
    caller = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert caller.stdin
    assert caller.stdout
    with caller.stdin, caller.stdout:
        assert int(caller.stdout.readline()) != caller.pid
        caller.send_signal(how)
        caller.wait()
        assert caller.stdout.read() == ""  # it ends when the last process that may write there has ended


def test_a_server_process_seldom_looks_through_all_that_it_remembers(tmp_path: Path) -> None:
    code = "import gc, wsgi\nprint(*gc.get_threshold())"
    asked = {**os.environ, "PORTAL_DATA_DIR": str(tmp_path)}
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=asked)
    young, middle, old = map(int, told.stdout.split())
    assert young * middle * old >= 1_000_000
    assert young * middle < 100_000  # what is new is looked through in short pauses
