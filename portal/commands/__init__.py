"""The command line: one group, one file a subject; sentences on standard error, results alone on standard output."""

from __future__ import annotations

import os
import sys
from typing import NoReturn

import click

from catalog.errors import PortalError
from ingest.families.members import DeclarationError
from portal.settings import SettingError


class Lazy(click.Group):
    """A group whose subjects are imported when one of their commands is called: starting stays quick."""

    COMMANDS = {  # noqa: RUF012 - read only, as click reads its own
        "serve": "serving",
        "worker": "serving",
        "migrate": "serving",
        "demo": "serving",
        "account": "accounts",
        "publisher": "accounts",
        "dataset": "catalogue",
        "ingest": "ingesting",
        "schema": "schemas",
        "search": "searching",
        "verify": "verifying",
        "backup": "saving",
        "restore": "saving",
    }

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        subject = self.COMMANDS.get(cmd_name)
        if subject is None:
            return None
        module = __import__(f"portal.commands.{subject}", fromlist=[cmd_name])
        found: click.Command = getattr(module, cmd_name)
        return found


@click.group(cls=Lazy)
def portal() -> None:
    """The open data portal."""


def main() -> None:
    """Run a command; what people can mend is a sentence and exit 1, misuse is exit 2.

    What it writes is for its own account alone: drafts hold personal data, the database hashes of passwords.
    """
    os.umask(0o077)
    try:
        portal(prog_name="python -m portal")
    except SettingError as error:
        stop(str(error), 2)
    except PortalError as error:
        stop(explain(error), 1)
    except DeclarationError as error:
        stop(f"a declared schema is wrong: {error}", 1)


def explain(error: PortalError) -> str:
    """The error's sentence with its places."""
    places = [f"{place}: {one}" for place, found in error.places.items() for one in found]
    return "\n".join([str(error), *places])


def stop(sentence: str, code: int) -> NoReturn:
    """End with a sentence on standard error."""
    click.echo(sentence, err=True)
    sys.exit(code)
