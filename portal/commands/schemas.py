"""The commands for declared schemas: which there are, what is wrong in one, and what it makes of a file."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

import click
import orjson
import pyarrow.parquet as pq

from ingest.families import DeclarationError, DeclaredSchema, list_schemas, load_schema
from ingest.findings import Finding, Refused
from ingest.one_table import TypedTable
from ingest.pipeline import Options, take_in
from ingest.progress import Progress


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


@schema.command("try")
@click.argument("declaration", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--period")
@click.option("--sheet")
@click.option("--encoding")
@click.option("--unit", help="Units of the numbers, with commas: 公顷,万元")
def try_(declaration: Path, file: Path, **options: str | None) -> None:
    """Take a file in by a declaration file and keep nothing: each row a line of JSON, findings on standard error."""
    try:
        one = load_schema(declaration.read_text(encoding="utf-8"))
    except (DeclarationError, UnicodeDecodeError) as error:
        raise click.ClickException(f"{declaration}: {error}") from None
    with tempfile.TemporaryDirectory() as folder:
        try:
            found = take_in(
                file, file.name, Path(folder), Options(**options), schema=one, mapping={}, previous=(), progress=_quiet
            )
        except Refused as refused:
            _tell((refused.finding, *(one for one in refused.also if one != refused.finding)))
            sys.exit(1)
        for table in found.tables:
            _print(table)
    _tell(found.findings)
    sys.exit(1 if found.rows_rejected else 0)


def _quiet(_: Progress) -> None:
    """Say nothing of how far it is."""


def _print(table: TypedTable) -> None:
    for batch in pq.ParquetFile(table.parquet).iter_batches():
        for row in batch.to_pylist():
            click.echo(orjson.dumps({"table": table.table.name, **row}, default=str).decode())


def _tell(findings: Iterable[Finding]) -> None:
    for one in findings:
        place = " ".join(str(part) for part in (one.sheet, one.cell or one.row) if part)
        click.echo(f"{one.level}\t{place}\t{one.message()}\t{one.remedy()}", err=True)


def _line(one: DeclaredSchema) -> str:
    tables = one.tables or (one,)
    fields, checks = (
        sum(len(found) for found in some) for some in zip(*((t.fields, t.checks) for t in tables), strict=True)
    )
    return f"{one.name}\t{one.titles['zh-Hans']}\t{len(tables)} tables, {fields} fields, {checks} checks"
