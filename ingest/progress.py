"""How far a file has been taken in, told while it goes on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Progress:
    """Rows so far, and the share of the work that is done, 0 to 1."""

    rows_read: int = 0
    rows_accepted: int = 0
    rows_rejected: int = 0
    fraction: float = 0.0


Tell = Callable[[Progress], None]
