"""Commands that take a backup and bring one back."""

from __future__ import annotations

from pathlib import Path

import click

from portal import backup as saved
from portal.commands.house import open_house

DIRECTORY = click.Path(file_okay=False, path_type=Path)


@click.command()
@click.argument("target", type=DIRECTORY)
def backup(target: Path) -> None:
    """Write database and files to a new directory, while the portal runs. The secret is not in it: keep it apart."""
    _tell(saved.back_up(open_house(), target.absolute()), "saved")


@click.command()
@click.argument("source", type=DIRECTORY)
def restore(source: Path) -> None:
    """Fill an empty portal, on either database, from a backup; the index follows."""
    house = open_house(migrate=True)
    _tell(saved.restore(house, source.absolute()), "restored")
    house.catch_up()


def _tell(contents: saved.Contents, done: str) -> None:
    rows = sum(contents.tables.values())
    click.echo(f"{done}: {rows} rows of {len(contents.tables)} tables, {contents.files} files", err=True)
