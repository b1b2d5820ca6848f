"""Fixtures of the tests of ingestion."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.ingest.taking import Taker


@pytest.fixture
def take(tmp_path: Path) -> Taker:
    """Takes content in, in a folder of its own."""
    return Taker(tmp_path)
