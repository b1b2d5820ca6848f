"""The README's tour, run as it stands, against the demonstration data."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
from pathlib import Path

from tests.e2e.served import Portal

ROOT = Path(__file__).parents[2]
PLACE = "http://127.0.0.1:8000"


def tour() -> list[str]:
    """The lines of the tour."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    block = re.search(r"<!-- tour:.*?-->\n```sh\n(.*?)```", text, re.DOTALL)
    assert block
    return block[1].strip().splitlines()


def test_the_tour_of_the_readme_answers(portal: Portal) -> None:
    portal.serve("--demo")
    lines = tour()
    assert len(lines) == 5
    found = [run(line, portal.port) for line in lines]
    search, dataset, rows, groups = (json.loads(text) for text in found[:4])
    assert search["total"] > 0
    assert search["facets"]["publisher"]
    assert dataset["latest_release"]["rows"] > 0
    prices = [row["deal_price"] for row in rows["rows"]]
    assert prices == sorted(prices, reverse=True) != []
    assert sum(row["n"] for row in groups["rows"]) == dataset["latest_release"]["rows"]
    assert len(found[4].splitlines()) > 1
    twice_is_once(portal)


def twice_is_once(portal: Portal) -> None:
    before = portal.call("GET", "/api/v1")[2]["counts"]
    assert portal.run("demo").returncode == 0
    assert portal.call("GET", "/api/v1")[2]["counts"] == before
    assert portal.run("verify").stdout == ""


def run(line: str, port: int) -> str:
    """What a line prints, asked of this portal."""
    words = shlex.split(line.replace(PLACE, f"http://127.0.0.1:{port}"))
    assert words[0] == "curl"
    done = subprocess.run([*words, "--fail"], capture_output=True, text=True, check=True)
    return done.stdout
