"""Commands for datasets in bulk."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import click

from portal.commands.house import open_house


@click.group()
def dataset() -> None:
    """Datasets."""


@dataset.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--publish", is_flag=True, help="A migration: what is imported is public at once, and recorded as such.")
def import_datasets(file: Path, publish: bool) -> None:
    """Register or refresh one dataset a line (NDJSON, bodies as in the API); exit 1 where lines were bad."""
    from portal.importing import import_lines
    from search.beside import seldom_collect

    seldom_collect()
    house, began = open_house(), time.monotonic()
    with file.open("rb") as lines:
        tally = import_lines(house, lines, file.name, publish=publish, complain=lambda text: click.echo(text, err=True))
    spent = time.monotonic() - began
    click.echo(
        f"{tally.created} created, {tally.changed} changed, {tally.same} as before, {tally.bad} bad "
        f"in {spent:.1f} s ({tally.good / spent:.0f}/s)",
        err=True,
    )
    sys.exit(1 if tally.bad else 0)
