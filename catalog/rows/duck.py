"""DuckDB over one Parquet file: opened late, fenced in, stopped in time.

An instance sees one file and nothing else: no other path, no network, no settings after its start. A few are kept open
(each took about 20 ms to open); a process that was forked opens its own.
"""

from __future__ import annotations

import atexit
import logging
import os
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import duckdb
import pyarrow as pa

from catalog.errors import BadParameter, Unavailable
from catalog.rows.kept import Kept
from catalog.rows.limits import Clock, Limits

log = logging.getLogger(__name__)
_KEPT: Final = 16
# What is wrong with a Parquet file comes as any of these; a file that is not there is not allowed either.
_OF_THE_FILE: Final = frozenset(
    (duckdb.Error, duckdb.IOException, duckdb.PermissionException, duckdb.InvalidInputException,
     duckdb.SerializationException, duckdb.InternalException, duckdb.FatalException)
)  # fmt: skip
_open: Final[Kept[duckdb.DuckDBPyConnection]] = Kept(_KEPT, lambda instance: instance.close())


def fetch(
    parquet: Path, columns: int, statement: str, params: Sequence[Any], limits: Limits, clock: Clock
) -> list[Any]:
    """All rows of a statement. Raises Unavailable past the time or memory limit."""
    with translated():
        limits.run(lambda: _instance(parquet, columns, limits))  # its threads ask for as little as their first one
        with _cursor(parquet, columns, limits) as cursor, _stopped(cursor, clock.left):
            limits.run(lambda: cursor.execute(statement, list(params)))
            found: list[Any] = cursor.fetchall()
            return found


def stream(
    parquet: Path, columns: int, statement: str, params: Sequence[Any], limits: Limits, cells: int = 500_000
) -> Iterator[pa.RecordBatch]:
    """The batches of a statement, one at a time; only the engine's own time counts towards the limit.

    A batch is of about `cells` cells of the table, so that wide rows do not pass what one text column can hold (2 GiB).
    """
    batch = max(1, cells // columns)
    left = limits.export_seconds
    with translated(), _cursor(parquet, columns, limits) as cursor:
        started = time.monotonic()
        with _stopped(cursor, left):
            reader = cursor.sql(statement, params=list(params)).to_arrow_reader(batch)  # streams; execute() would not
        left -= time.monotonic() - started
        while True:
            started = time.monotonic()
            with _stopped(cursor, left):
                found = next(reader, None)
            left -= time.monotonic() - started
            if found is None:
                return
            yield found


@contextmanager
def translated() -> Iterator[None]:
    """DuckDB's faults as the portal's errors."""
    try:
        yield
    except (duckdb.InterruptException, TimeoutError):
        raise Unavailable("query_too_slow", retry_after=30) from None
    except duckdb.OutOfMemoryException:
        raise Unavailable("query_too_large", retry_after=30) from None
    except duckdb.OutOfRangeException:
        raise BadParameter.at("select", "result_too_large") from None
    except duckdb.Error as fault:
        if type(fault) not in _OF_THE_FILE:
            raise
        log.error("a release file cannot be read: %s", type(fault).__name__)
        raise Unavailable("rows_unavailable", retry_after=60) from fault
    except OSError as fault:  # a stream reports the interrupt as pyarrow's error
        if "INTERRUPT" not in str(fault):
            raise Unavailable("rows_unavailable", retry_after=60) from fault
        raise Unavailable("query_too_slow", retry_after=30) from None


@contextmanager
def _stopped(cursor: duckdb.DuckDBPyConnection, seconds: float) -> Iterator[None]:
    """Interrupt the cursor's work when the time is over."""
    if seconds <= 0:
        raise TimeoutError
    timer = threading.Timer(seconds, cursor.interrupt)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


@contextmanager
def _cursor(parquet: Path, columns: int, limits: Limits) -> Iterator[duckdb.DuckDBPyConnection]:
    cursor = _instance(parquet, columns, limits).cursor()
    try:
        yield cursor
    finally:
        cursor.close()


def _instance(parquet: Path, columns: int, limits: Limits) -> duckdb.DuckDBPyConnection:
    key = (str(parquet), columns, limits.memory_mib, limits.threads)
    return _open.get(key, lambda: _start(parquet, columns, limits))


atexit.register(_open.close_all)  # DuckDB complains of what is left when the interpreter goes


def _start(parquet: Path, columns: int, limits: Limits) -> duckdb.DuckDBPyConnection:
    spill = Path(tempfile.gettempdir()) / f"rows-{os.getuid()}"
    instance = duckdb.connect(
        ":memory:",
        config={
            "threads": limits.threads,
            "memory_limit": f"{limits.memory_mib}MiB",
            "temp_directory": str(spill),
            "max_temp_directory_size": "8GiB",
            "preserve_insertion_order": True,  # an export without an order keeps the file's
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        },
    )
    path = str(parquet).replace("'", "''")
    names = ", ".join([*(f"c{number}" for number in range(columns)), "n"])
    instance.execute(f"SET allowed_paths = ['{path}']")
    instance.execute("SET enable_external_access = false")
    instance.execute(f"CREATE VIEW r AS SELECT * FROM read_parquet('{path}', file_row_number = true) t({names})")
    instance.execute("SET lock_configuration = true")
    return instance
