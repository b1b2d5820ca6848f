"""What a steward is told about a file: level, code, place, and words chosen at the edge."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from catalog.messages import DEFAULT_LANGUAGE, fill, say, table

ERROR, WARNING, INFO = "error", "warning", "info"
COMMENTS, PROPERTIES = "personal_in_comments", "personal_in_properties"
UNREAD, PARTS = "personal_in_unread_sheet", "personal_in_parts"
BESIDE = (COMMENTS, PROPERTIES, UNREAD, PARTS)  # personal data that stands beside the cells which are read
RAW_LIMIT = 200  # characters of a raw cell that a finding repeats


@dataclass(frozen=True)
class Finding:
    """One fault or remark. `row` is the sheet's row from 1, `column` the header as published, `cell` its A1 name.

    The code's sentences stand in `ingest/data/messages.toml`: `[code]` for the message, `[code.remedy]` for what to do.
    """

    level: str
    code: str
    params: Mapping[str, Any] = field(default_factory=dict)
    sheet: str | None = None
    row: int | None = None
    column: str | None = None
    cell: str | None = None
    raw: str | None = None
    count: int = 1

    def message(self, language: str = DEFAULT_LANGUAGE) -> str:
        """What is wrong."""
        return say(self.code, **self._named()).text(language)

    def remedy(self, language: str = DEFAULT_LANGUAGE) -> str:
        """What to do about it; empty where nothing need be done."""
        row: Mapping[str, Any] = table()[self.code]
        words = row.get("remedy", {})
        return fill(words.get(language, words.get(DEFAULT_LANGUAGE, "")), self._named())

    def _named(self) -> dict[str, Any]:
        """What a sentence may name: its place and its parameters."""
        place = {"sheet": self.sheet, "row": self.row, "column": self.column, "cell": self.cell, "raw": self.raw}
        return {**place, "count": self.count, **self.params}


class Refused(Exception):
    """The file cannot be taken in at all; `finding` says where and why. The job fails, nothing is kept."""

    def __init__(self, code: str, **params: Any) -> None:
        place = {name: params.pop(name) for name in ("sheet", "row", "column", "cell", "raw") if name in params}
        self.finding = Finding(ERROR, code, params, **place)
        self.also: tuple[Finding, ...] = ()  # what else was found until then
        super().__init__(code)

    @classmethod
    def because(cls, finding: Finding) -> Refused:
        """Refused for a fault that was found before."""
        made = cls(finding.code)
        made.finding = finding
        return made

    def __str__(self) -> str:
        return self.finding.message()


def a1(row: int, column: int) -> str:
    """The A1 name of a cell; row and column from 1."""
    letters = ""
    while column > 0:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return f"{letters}{row}"
