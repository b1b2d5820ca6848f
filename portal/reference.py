"""The generated reference: settings, commands, errors and findings, row operators; a test holds the files to it.

`python -m portal.reference` writes `docs/reference/`.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from catalog import life
from catalog.messages import table
from portal.commands import portal
from portal.manual import markdown_row, markdown_table, row_tables
from portal.problems import STATUS
from portal.settings import reference as settings

FOLDER = Path(__file__).parents[1] / "docs" / "reference"
NOTE = "<!-- Made by `python -m portal.reference`; change the program, not this file. -->\n"


def pages() -> dict[str, str]:
    """Every file of the reference: name -> text."""
    made = {"settings.md": _settings(), "commands.md": _commands(), "errors.md": _errors(), "life.md": _life()}
    made["rows.md"] = _rows()
    return {name: NOTE + "\n" + "\n".join(lines) + "\n" for name, lines in made.items()}


def _settings() -> Iterator[str]:
    yield "# Settings\n\nAll optional. An unknown `PORTAL_*` name is refused with the nearest known one.\n"
    yield from markdown_table(("setting", "default", "what it is for"))
    for name, one in settings():
        yield markdown_row(f"`{name}`", one.default, one.purpose)


def _commands() -> Iterator[str]:
    yield "# Commands\n\nAll as `.venv/bin/python -m portal COMMAND`."
    yield "Exit 0: done; 1: refused, or a fault was found; 2: misuse.\n"
    context = click.Context(portal, info_name="portal")
    for name in portal.list_commands(context):
        command = portal.get_command(context, name)
        assert command is not None  # noqa: S101 - the name came from the same table
        yield from _command(command, name)


def _command(command: click.Command, path: str) -> Iterator[str]:
    if isinstance(command, click.Group):
        for name, inner in command.commands.items():
            yield from _command(inner, f"{path} {name}")
        return
    arguments = [one for one in command.params if isinstance(one, click.Argument)]
    yield " ".join([f"## `{path}", *(one.make_metavar(click.Context(command)) for one in arguments)]) + "`\n"
    yield f"{command.help}\n"
    options = [one for one in command.params if isinstance(one, click.Option)]
    if options:
        yield from markdown_table(("option", "what it does"))
        for one in options:
            names, words = one.get_help_record(click.Context(command)) or ("", "")
            yield markdown_row(f"`{names}`", words)
        yield ""


def _errors() -> Iterator[str]:
    yield "# Errors and findings\n"
    yield "The status of each kind of error:\n"
    yield from markdown_table(("status", "kind"))
    for kind, status in STATUS:
        yield markdown_row(str(status), (kind.__doc__ or "").split("\n")[0])
    yield "\nEvery sentence by its code: the last part of a problem's `type`, and the `code` of a finding.\n"
    for code, row in sorted(table().items()):
        yield f'### <a id="{code}"></a>`{code}`\n'
        yield f"- {row['zh-Hans']}\n- {row['en']}"
        if "remedy" in row:
            yield f"- **怎么办**：{row['remedy']['zh-Hans']}\n- **Remedy**: {row['remedy']['en']}"
        yield ""


def _life() -> Iterator[str]:
    yield "# The life of a dataset\n\n```mermaid\nstateDiagram-v2\n    [*] --> draft: register"
    for step in life.STEPS:
        yield f"    {step.before} --> {step.after}: {step.act}"
    yield "```\n"
    yield from markdown_table(("act", "from", "to", "who", "needs"))
    for step in life.STEPS:
        waiting = {True: "something waits for review", False: "nothing waits yet", None: ""}[step.reviewing]
        time = {True: "a time to come", False: "no time, or one that has come", None: ""}[step.later]
        needs = ", ".join(part for part in (waiting, time, "a reason" if step.needs_reason else "") if part)
        yield markdown_row(step.act, step.before, step.after, ", ".join(step.roles), needs)


def _rows() -> Iterator[str]:
    yield "# Operators and functions of rows\n"
    yield from row_tables()


def write() -> None:
    """Write every page."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, text in pages().items():
        (FOLDER / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write()
