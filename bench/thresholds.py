"""Measures where the router's ways cross: `python -m bench.thresholds [ROWS]`; catalog/rows/thresholds.py holds them.

Processor time, the least of several tries, so that others on the machine disturb little.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from bench import rows as land
from catalog.rows import thresholds
from catalog.rows.engine import RowFiles, read_page
from catalog.rows.query import parse_query
from catalog.rows.ranks import Key, build_rank
from catalog.rows.serving import build, open_serving
from catalog.rows.texts import build_texts

NUMBER, TEXT = 8, 1  # columns of the land table: bids, parcel_no (all different)


def least_ms(work: Callable[[], Any], tries: int = 7) -> float:
    """Milliseconds of the quickest try."""
    taken = []
    for _ in range(tries):
        started = time.process_time()
        work()
        taken.append((time.process_time() - started) * 1000)
    return min(taken)


def served(directory: Path, rows: int) -> RowFiles:
    """A table of so many rows with its serving file."""
    made = land.make(directory, rows)
    path = directory / f"{rows}.rows"
    build(made.parquet, made.table, path)
    return RowFiles(made.parquet, path, made.table)


def make_now(directory: Path) -> None:
    """What a reader waits for ranks."""
    for rows in (10_000, 30_000, 100_000, 300_000):
        files = served(directory, rows)
        serving = open_serving(files.serving, files.table)
        taken = [
            least_ms(partial(build_rank, serving, Key("c", column), files.parquet), 3) for column in (NUMBER, TEXT)
        ]
        print(f"ranks of {rows:>9,} rows: numbers {taken[0]:7.1f} ms, texts all different {taken[1]:7.1f} ms")


def look_up(files: RowFiles) -> None:
    """A range of one column, ever narrower, looked up and as a mask."""
    for part in (1, 2, 4, 8, 16, 64):
        least = 100_000 - 100_000 // part
        query = parse_query([("bids__gte", str(least)), ("limit", "100")], files.table)
        times = []
        for factor in (0, 1 << 40):  # always looked up, never
            thresholds_of(factor)
            times.append(least_ms(partial(read_page, files, query)))
        print(f"one row in {part:>3}: looked up {times[0]:7.2f} ms, mask {times[1]:7.2f} ms")


def thresholds_of(factor: int) -> None:
    """Have the ranges read this factor instead of their own."""
    from catalog.rows import ranges

    ranges.LOOK_UP = factor


def texts(directory: Path) -> None:
    """A page from the serving file and from texts."""
    for rows in (1_000, 10_000, 100_000):
        files = served(directory, rows)
        query = parse_query([], files.table)
        page = partial(read_page, files, query, as_text=True)
        plain = least_ms(page, 200)
        making = least_ms(partial(build_texts, open_serving(files.serving, files.table), files.parquet), 1)
        size = files.serving.with_suffix(".rtexts").stat().st_size / 1e6
        print(f"page of {rows:>8,} rows: {plain:.3f} ms, from texts {least_ms(page, 200):.3f}", end="; ")
        print(f"{making:.0f} ms and {size:.1f} MB to make")


def main(rows: str = "1000000") -> None:
    """Print what is measured beside what is used."""
    print({name: value for name, value in vars(thresholds).items() if name.isupper()})
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        make_now(directory)
        look_up(served(directory, int(rows)))
        texts(directory)


if __name__ == "__main__":
    main(*sys.argv[1:2])
