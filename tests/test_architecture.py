"""The house rules that a machine can check: who imports whom, sizes, first sentences, who commits, no sleeping."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGES = ("portal", "catalog", "ingest", "search")
FILE_LINES = 300
FUNCTION_LINES = 40
TYPICAL_LINES = 8  # half of all functions have no more
GENERATED = "portal/migrations/versions/"  # migrations are as long as the schema is wide
COMMITS = (  # functions flush, callers commit: the callers, each with its reason
    ("portal/context.py", "the end of a request, and of a command"),
    ("ingest/worker.py", "the steps of a job, each safe by itself"),
    ("search/sync.py", "its own marks, after the index has the documents"),
)
Function = ast.FunctionDef | ast.AsyncFunctionDef


@cache
def sources(*folders: str) -> dict[str, ast.Module]:
    """Every Python file of these folders, by its path from the root, parsed."""
    paths = [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]
    return {path.relative_to(ROOT).as_posix(): ast.parse(path.read_text(encoding="utf-8")) for path in paths}


def functions(*folders: str) -> Iterator[tuple[str, Function, int]]:
    """Every function with its file and its number of lines."""
    for path, tree in sources(*folders).items():
        for node in ast.walk(tree):
            if isinstance(node, Function) and not path.startswith(GENERATED):
                yield path, node, (node.end_lineno or node.lineno) - node.lineno + 1


def calls(tree: ast.Module, name: str) -> Iterator[int]:
    """The lines on which something called `name` is called, as a function or a method."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = node.func
            found = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
            if found == name:
                yield node.lineno


def test_imports_keep_to_the_contracts(tmp_path: Path) -> None:
    """In a process of its own, since it silences every logger of the one that it runs in."""
    check = [str(Path(sys.executable).with_name("lint-imports")), "--cache-dir", str(tmp_path)]
    done = subprocess.run(check, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_every_module_opens_with_one_sentence() -> None:
    openings = {
        path: (ast.get_docstring(tree) or "").split("\n\n")[0] for path, tree in sources(*PACKAGES, "tests").items()
    }
    assert [path for path, words in openings.items() if not words.endswith((".", ":", "?"))] == []


def test_no_file_is_longer_than_a_reader_can_hold() -> None:
    lengths = {
        path: len((ROOT / path).read_text(encoding="utf-8").splitlines()) for path in sources(*PACKAGES, "tests")
    }
    long = {path: lines for path, lines in lengths.items() if lines > FILE_LINES and not path.startswith(GENERATED)}
    assert long == {}


def test_no_function_is_longer_than_a_screen() -> None:
    long = [
        f"{path}:{one.lineno} {one.name} {lines}" for path, one, lines in functions(*PACKAGES) if lines > FUNCTION_LINES
    ]
    assert long == []


def test_functions_are_short_as_a_rule() -> None:
    lengths = sorted(lines for _, _, lines in functions(*PACKAGES))
    assert lengths[len(lengths) // 2] <= TYPICAL_LINES


def test_only_the_callers_commit() -> None:
    allowed = {path for path, _ in COMMITS}
    assert {path for path, tree in sources(*PACKAGES).items() if any(calls(tree, "commit"))} == allowed


def test_no_test_sleeps() -> None:
    assert [f"{path}:{line}" for path, tree in sources("tests").items() for line in calls(tree, "sleep")] == []
