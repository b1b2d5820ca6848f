"""Bounds of planning that one cell tells together: `容积率：≥0.6；建筑密度：≥40%；绿地率：≥10%且≤20%`."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from ingest.declared_readers import SpanReader
from ingest.families import DeclaredField
from ingest.headers import fold
from ingest.units import Unit
from ingest.values import tidy

_HEADER = re.compile("规划.{0,6}(?:指标|条件|要求)|(?:指标|条件)要求|控制(?:性)?指标")
_END = re.compile(r"[;；。，,、（(\n|]|[且并](?![≥≤<>＞＜不大小]?\s*[\d≥≤<>＞＜不大小])")
_BETWEEN = re.compile(r"^\s*(?:要求|指标|控制)?\s*[:：为]?\s*")


class IndicatorReader(SpanReader):
    """One end of the range that a text tells behind its label; null where it does not speak of it."""

    def __init__(self, declared: DeclaredField, unit: Unit | None, end: int) -> None:
        super().__init__(end, declared.unit, unit, declared.most)
        self.plain = r"^$"
        self._label = re.compile(declared.indicator)

    def read(self, text: str) -> Any:
        words = told_behind(self._label, text)
        return super().read(words) if words else None


def told_behind(label: re.Pattern[str], text: str) -> str:
    """What a text says behind a label, up to the next stop; blank where it has none."""
    words = tidy(text)
    found = label.search(words)
    return _END.split(_BETWEEN.sub("", words[found.end() :]), maxsplit=1)[0].strip() if found else ""


def find_indicators(
    one: DeclaredField, headers: Sequence[str], free: Sequence[int], look: Callable[[], Sequence[Sequence[str]]]
) -> int | None:
    """The column that nothing takes, whose header speaks of planning and one of whose texts tells the bound."""
    label = re.compile(one.indicator)
    likely = (at for at in free if one.indicator and _HEADER.search(fold(headers[at])))
    return next((at for at in likely if any(told_behind(label, row[at]) for row in look())), None)
