"""Findings gathered while rows stream by: a fault that repeats is one finding with a count and its first cells."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ingest.findings import RAW_LIMIT, Finding, a1

FIRST_CELLS = 20  # kept for whoever lists them
_SHOWN = 5  # named in the sentence


@dataclass(frozen=True)
class Place:
    """Where a fault stands. `column` is the header as published, `index` the column from 1; both may be absent."""

    sheet: str | None = None
    row: int | None = None
    column: str | None = None
    index: int | None = None
    grid: bool = True  # records of JSON have no A1 names
    raw: str | None = None

    @property
    def cell(self) -> str | None:
        """The A1 name, where there is one."""
        return a1(self.row, self.index) if self.grid and self.row and self.index else None


@dataclass
class _Group:
    level: str
    code: str
    place: Place
    params: Mapping[str, Any]
    count: int = 0
    first: list[str] = field(default_factory=list)

    def note(self, place: Place, count: int) -> None:
        self.count += count
        if len(self.first) < FIRST_CELLS:
            self.first.append(place.cell or str(place.row or ""))

    def finding(self) -> Finding:
        first = [name for name in self.first if name]
        shown = ", ".join(first[:_SHOWN]) + (" …" if len(first) > _SHOWN or self.count > len(first) >= _SHOWN else "")
        params = {**self.params, "count": self.count, "cells": shown, "first_cells": first}
        where, raw = self.place, self.place.raw
        return Finding(
            self.level,
            self.code,
            params,
            sheet=where.sheet,
            row=where.row,
            column=where.column,
            cell=where.cell,
            raw=None if raw is None else raw[:RAW_LIMIT],
            count=self.count,
        )


class Gather:
    """All findings of one file, in the order in which each fault was first met."""

    def __init__(self) -> None:
        self._groups: dict[tuple[Any, ...], _Group] = {}
        self._before: tuple[Finding, ...] = ()

    def add(self, level: str, code: str, place: Place | None = None, *, count: int = 1, **params: Any) -> None:
        """Note a fault; the same code in the same column joins the group of the first one."""
        place = place or Place()
        key = (level, code, place.sheet, place.index if place.index is not None else place.column)
        group = self._groups.setdefault(key, _Group(level, code, place, params))
        group.note(place, count)

    def take(self, findings: tuple[Finding, ...]) -> None:
        """Findings that were gathered elsewhere."""
        self._before += findings

    def findings(self) -> tuple[Finding, ...]:
        """One finding a group, after those that were taken over."""
        return (*self._before, *(group.finding() for group in self._groups.values()))
