"""What a file gave when it was taken in: its tables, and all that is to be said of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ingest.findings import Finding
from ingest.one_table import TypedTable
from ingest.proposal import Proposal


@dataclass(frozen=True)
class Outcome:
    """Everything that a file gave. `rows_read` = `rows_accepted` + `rows_rejected`; totals and notes are not rows."""

    tables: tuple[TypedTable, ...]
    findings: tuple[Finding, ...]
    rows_read: int
    rows_accepted: int
    rows_rejected: int
    encoding: str | None
    totals: list[dict[str, Any]]
    notes: list[str]
    period: str | None
    proposals: tuple[Proposal, ...] = ()  # of a table without a schema: those that it looks like
