"""Where the router changes its way, as `python -m bench.thresholds` measured it; it prints what it finds to compare.

`MAKE_NOW` is bound by what a reader may wait; `LOOK_UP` is where two ways cost the same; `TEXTS` is bound by what a
table is worth that is read once.
"""

from __future__ import annotations

from typing import Final

MAKE_NOW: Final = 100_000  # rows up to which ranks are made while the reader waits: about 50 ms a column of texts
LOOK_UP: Final = 16  # a filter that leaves less than one row in so many is looked up, any other is a mask over all rows
PAIR: Final = 1000  # rows of one value from which on their order by another column is kept, if that is asked for
TEXTS: Final = 10_000  # rows from which on their JSON is kept: a page is ten times as quick, but making it takes 0.1 s
QUEUE: Final = 10_000  # rows from which on exports wait for each other: of fewer even a workbook is made in no time
IN_MEMORY: Final = 1 << 20  # rows up to which ranks are made in memory: about 130 MiB for different texts
STRETCH: Final = 1 << 20  # rows that are looked through at a time: what a query holds does not grow with the table
