"""The command that holds database, files, serving forms, index and audit chain against each other."""

from __future__ import annotations

import sys

import click

from portal.commands.house import open_house
from portal.verify import iter_faults


@click.command()
def verify() -> None:
    """One line a fault; exit 1 if there is any."""
    faults = 0
    for fault in iter_faults(open_house()):
        click.echo(fault)
        faults += 1
    click.echo(f"{faults} faults" if faults else "everything agrees", err=True)
    sys.exit(1 if faults else 0)
