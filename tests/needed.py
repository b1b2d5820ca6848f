"""The pytest plugin that has the services which the chosen tests need at hand, once for all processes of a run.

Each service comes from its variable in the environment, or else is started through `tests/services.py` and stopped at
the end. Under pytest-xdist the first worker that needs one starts it, behind a lock, and writes its address into the
folder that the run shares; so a choice of tests that needs no service starts none.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import tempfile
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pytest

from tests import services

VARIABLES = {"elasticsearch": "TEST_SEARCH_URL", "postgres": "TEST_DATABASE_URL"}  # by marker, which is the service too
SHARED = "shared_folder"


@dataclass(frozen=True)
class Answer:
    """What came of looking for a service: the address where it runs, or why it is not to be had."""

    url: str | None = None
    port: int | None = None  # of one that this run started, and has to stop
    reason: str = ""
    tests: int = 0  # that are left out for want of it


class Needed:
    """One process of a run: the only one, the one that leads (which makes and removes the folder), or a worker."""

    def __init__(self, config: pytest.Config) -> None:
        """Make the folder, or take the one of the process that leads."""
        given: dict[str, str] | None = getattr(config, "workerinput", None)
        self.leads = given is None
        self.shared = Path(given[SHARED] if given else tempfile.mkdtemp(prefix="portal-tests-"))

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:  # xdist's WorkerController has no types
        """Tell a worker of the folder."""
        node.workerinput[SHARED] = str(self.shared)

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        """Find the services that the chosen tests need; skip the tests of those that are not to be had."""
        if config.option.collectonly:
            return
        for name, variable in VARIABLES.items():
            needing = [item for item in items if item.get_closest_marker(name)]
            if not needing or os.environ.get(variable):
                continue
            answer = self._find(name, len(needing))
            if answer.url:
                os.environ[variable] = answer.url
            for item in needing if answer.reason else ():
                item.add_marker(pytest.mark.skip(reason=answer.reason))

    def pytest_collection_finish(self) -> None:
        """Where services are required, a run that lacks one ends before its first test."""
        if self.leads:
            self._insist()

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self) -> None:
        """The same, when a worker has found out."""
        self._insist()

    @pytest.hookimpl(wrapper=True, trylast=True)  # within the wrapper of pytest-cov, which asks for the floor
    def pytest_runtestloop(self, session: pytest.Session) -> Generator[None, object, object]:
        """The floor of coverage holds for a whole run; code of a service that is not here cannot be covered."""
        result = yield
        plugin = session.config.pluginmanager.getplugin("_cov")
        if plugin and self._left_out():
            plugin.options.cov_fail_under = 0
        return result

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Say what was left out and why, so that nobody takes a short run for a whole one."""
        if not self._left_out():
            return
        terminalreporter.section("left out")
        for name, answer in self._left_out().items():
            terminalreporter.line(f"{answer.tests} tests of {name}: {answer.reason}")
        terminalreporter.line("So the floor of coverage was not applied; REQUIRE_SERVICES=1 makes this a failure.")

    def pytest_unconfigure(self) -> None:
        """Stop what this run started."""
        if not self.leads:
            return
        for name, answer in self._answers().items():
            if answer.port:
                services.stop(name, answer.port)
        shutil.rmtree(self.shared, ignore_errors=True)

    def _insist(self) -> None:
        reasons = "; ".join(answer.reason for answer in self._left_out().values())
        if reasons and os.environ.get("REQUIRE_SERVICES", "") not in ("", "0"):
            pytest.exit(f"REQUIRE_SERVICES is set, but: {reasons}", returncode=4)

    def _find(self, name: str, tests: int) -> Answer:
        """The answer of the first process that asked, which is this one perhaps."""
        with self._alone():
            found = self._answers().get(name)
            if not found:
                found = _start(name, tests)
                (self.shared / f"{name}.json").write_text(json.dumps(asdict(found)))
        return found

    @contextmanager
    def _alone(self) -> Iterator[None]:
        with (self.shared / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _answers(self) -> dict[str, Answer]:
        return {path.stem: Answer(**json.loads(path.read_text())) for path in sorted(self.shared.glob("*.json"))}

    def _left_out(self) -> dict[str, Answer]:
        return {name: answer for name, answer in self._answers().items() if answer.reason}


def _start(name: str, tests: int) -> Answer:
    if reason := services.missing(name):
        return Answer(reason=reason, tests=tests)
    port = services.free_port()
    try:
        return Answer(services.start(name, port), port)
    except (services.Missing, OSError) as fault:
        services.stop(name, port)
        return Answer(reason=f"{name} did not start: {fault}", tests=tests)
