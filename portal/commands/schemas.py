"""The commands for declared schemas: which there are, and what is wrong in a file that declares one."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from ingest.families import DeclarationError, DeclaredSchema, list_schemas, load_schema


@click.group()
def schema() -> None:
    """The declared schemas of tables."""


@schema.command("list")
def list_() -> None:
    """One line a schema: name, title, how many tables, fields and checks."""
    for one in list_schemas():
        click.echo(_line(one))


@schema.command()
@click.argument("files", type=click.Path(exists=True, dir_okay=False, path_type=Path), nargs=-1, required=True)
def check(files: tuple[Path, ...]) -> None:
    """Say what is wrong in declaration files, one line a file; exit 1 if anything is."""
    wrong = 0
    for file in files:
        try:
            click.echo(_line(load_schema(file.read_text(encoding="utf-8"))))
        except (DeclarationError, UnicodeDecodeError) as error:
            click.echo(f"{file}: {error}", err=True)
            wrong += 1
    sys.exit(1 if wrong else 0)


def _line(one: DeclaredSchema) -> str:
    tables = one.tables or (one,)
    fields, checks = (
        sum(len(found) for found in some) for some in zip(*((t.fields, t.checks) for t in tables), strict=True)
    )
    return f"{one.name}\t{one.titles['zh-Hans']}\t{len(tables)} tables, {fields} fields, {checks} checks"
