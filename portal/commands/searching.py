"""Commands for the search index."""

from __future__ import annotations

import sys

import click

from portal.commands.house import open_house
from search import sync as index_sync


@click.group()
def search() -> None:
    """The search index, which can be made anew from the database at any time."""


@search.command()
def rebuild() -> None:
    """Build a new index beside the old one and switch to it without a gap."""
    house = open_house()
    click.echo(f"{index_sync.rebuild(house.engine, house.index)} documents", err=True)


@search.command()
def sync() -> None:
    """Bring whatever is stale up to date."""
    house = open_house()
    index_sync.ensure(house.engine, house.index)
    click.echo(f"{index_sync.sync(house.engine, house.index)} documents", err=True)


@search.command()
def status() -> None:
    """Engine, version, documents, lag and disagreements; exit 1 where index and database disagree."""
    house = open_house()
    found = index_sync.status(house.engine, house.index)
    about = found.index
    click.echo(f"engine\t{about.engine}\nindex\t{about.name}\nversion\t{about.version}\ndocuments\t{about.documents}")
    click.echo(f"datasets\t{found.datasets}\nstale\t{found.stale}")
    for name in ("missing", "surplus", "different"):
        click.echo(f"{name}\t{len(getattr(found, name))}")
    sys.exit(0 if found.agrees else 1)
