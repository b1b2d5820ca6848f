"""The command that holds database, files, serving forms, index and audit chain against each other."""

from __future__ import annotations

import re
import sys

import click

from portal.commands.house import open_house
from portal.verify import iter_faults


@click.command()
@click.option("--head", "heads", multiple=True, metavar="POSITION:DIGEST", help="A head that was kept elsewhere.")
def verify(heads: tuple[str, ...]) -> None:
    """One line a fault; exit 1 if there is any."""
    faults = 0
    for fault in iter_faults(open_house(), [_pinned(one) for one in heads]):
        click.echo(fault)
        faults += 1
    click.echo(f"{faults} faults" if faults else "everything agrees", err=True)
    sys.exit(1 if faults else 0)


def _pinned(text: str) -> tuple[int, str]:
    position, _, digest = text.partition(":")
    if not (position.isdecimal() and re.fullmatch("[0-9a-f]{64}", digest)):
        raise click.BadParameter("POSITION:DIGEST is expected, as /audit/head gives them", param_hint="--head")
    return int(position), digest
