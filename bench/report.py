"""Writes the rows part of docs/performance.md from the figures of runs: `python -m bench.report [FILE.json …]`.

Without files: from those under bench/figures, which `python -m bench.datasette --out FILE` wrote.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

FIGURES = Path(__file__).with_name("figures")
PAGE = Path(__file__).parents[1] / "docs" / "performance.md"
BEGIN, END = "<!-- rows: written by `python -m bench.report` -->", "<!-- end of rows -->"


def written(runs: list[dict[str, Any]]) -> str:
    """The part, from the runs in the order of their rows."""
    parts = [line for run in sorted(runs, key=lambda one: int(one["rows"])) for line in _run(run)]
    return "\n".join([BEGIN, *parts, END])


def _run(run: dict[str, Any]) -> Iterator[str]:
    yield f"### {run['rows']:,} rows × {run['columns']} columns, beside Datasette {run['versions']['datasette']}"
    yield f"{run['date']}; {run['machine']}; load of the machine before {run['load']:.1f}."
    yield ", ".join(f"{name} {version}" for name, version in run["versions"].items()) + "."
    logs = ", each logging its requests" if run.get("logged") else ""  # Datasette did not in earlier runs
    yield (
        f"Both over HTTP with two server processes{logs}, {run['connections']} kept connections of one load tool (one "
        f"process; against the same server with a word to say it reaches {run['ceiling']['per_second']:,.0f}/s, which "
        f"costs that {run['ceiling']['cpu_ms'] or 0:.3f} ms of processor a request), {run['seconds']:g} s a "
        "question, every request drawn anew, all guards of ours on, each question asked of both in short turns in one "
        "run. CPU is the processor time (user and system) of a server's processes for a request, which load disturbs "
        "less; the load tool's own share of the processor is beside the requests/s.\n"
    )
    yield (
        "| question | ours, requests/s (tool) | p50, p99 ms | CPU ms | Datasette, requests/s (tool) | p50, p99 ms "
        "| CPU ms | ratio | ratio of CPU | wanted |"
    )
    yield "|---|---|---|---|---|---|---|---|---|---|"
    for one in run["questions"]:
        sides = f"{_side(one['ours'])} | {_side(one['theirs'])}"
        yield f"| {one['name']} | {sides} | **{one['ratio']:.1f}** | {one['cpu_ratio'] or 0:.1f} | {one['aim']:g} |"
    if csv := run.get("csv"):
        yield _csv(csv)
    yield ""
    yield from _roapi(run)
    yield from _overhead(run["overhead"])
    storm = run["storm"]
    yield (
        f"Pages beside 4 heavy group-bys that never cease ({storm['heavy']['answered']} answered, "
        f"{storm['heavy']['refused']} told to come again): p99 {storm['quiet']['p99']:.1f} ms alone, "
        f"{storm['storm']['p99']:.1f} ms in the storm, × {storm['ratio']:.1f} (wanted ≤ {storm['aim']:g}).\n"
    )


def _roapi(run: dict[str, Any]) -> Iterator[str]:
    if "roapi" not in run:
        return
    yield (
        "The nearest to PostgREST that the registries install is ROAPI (Rust, DataFusion, from PyPI, over the same "
        "Parquet file; it knows no row number, no offset, no cursor, and gives money as floats). One process with as "
        "many threads as cores, asked in the same run by the same tool.\n"
    )
    yield "| question | ours, requests/s | CPU ms | ROAPI, requests/s | CPU ms | ratio | ratio of CPU |"
    yield "|---|---|---|---|---|---|---|"
    for one in run["questions"]:
        ours, theirs = one["ours"], run["roapi"].get(one["name"])
        if theirs is None:
            yield f"| {one['name']} | {ours['per_second']:,.1f} | {ours['cpu_ms'] or 0:,.2f} | cannot | | | |"
            continue
        ratios = ours["per_second"] / theirs["per_second"], (theirs["cpu_ms"] or 0) / (ours["cpu_ms"] or 1)
        cells = [f"{side['per_second']:,.1f} | {side['cpu_ms'] or 0:,.2f}" for side in (ours, theirs)]
        yield f"| {one['name']} | {' | '.join(cells)} | {ratios[0]:.1f} | {ratios[1]:.1f} |"
    yield ""


def _csv(csv: dict[str, Any]) -> str:
    return (
        f"| {csv['name']} | {csv['ours_s']:.1f} s | | {csv['ours_cpu_s'] * 1000:,.0f} | {csv['theirs_s']:.1f} s | "
        f"| {csv['theirs_cpu_s'] * 1000:,.0f} | **{csv['ratio']:.1f}** "
        f"| {csv['theirs_cpu_s'] / csv['ours_cpu_s']:.1f} | {csv['aim']:g} |"
    )


def _side(figures: dict[str, Any]) -> str:
    shown = f"{figures['per_second']:,.1f} ({figures['tool'] * 100:.0f} %) | {figures['p50']:.1f}, {figures['p99']:.1f}"
    return f"{shown} | {figures['cpu_ms'] or 0:,.2f}"


def _overhead(found: list[dict[str, Any]]) -> Iterator[str]:
    yield "| in one process, ms of processor | engine alone | whole answer | ratio | wanted ≤ |"
    yield "|---|---|---|---|---|"
    for one in found:
        taken = f"{one['engine_ms']:.3f} | {one['whole_ms']:.3f}"
        yield f"| {one['name']} | {taken} | {one['ratio']:.2f} | {one['aim']:g} |"
    yield ""


def main(names: list[str]) -> None:
    """Put the part in the place of the one before."""
    paths = [Path(name) for name in names] or sorted(FIGURES.glob("rows-*.json"))
    part = written([orjson.loads(path.read_bytes()) for path in paths])
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    PAGE.write_text(before + part + rest.partition(END)[2], encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
