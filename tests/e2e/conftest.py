"""A served portal for each test."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import services
from tests.e2e.served import Portal, kill_group


@pytest.fixture
def portal(tmp_path: Path) -> Iterator[Portal]:
    made = Portal(tmp_path, services.free_port())
    yield made
    for process in made.processes:
        if process.poll() is None:
            kill_group(process, signal.SIGTERM)
