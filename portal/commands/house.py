"""What every command that writes begins with: the house, its database up to date."""

from __future__ import annotations

import click

from portal.commands import stop
from portal.context import House
from portal.migrate import is_current, upgrade
from portal.settings import load


def open_house(*, migrate: bool = False) -> House:
    """The house of the settings. The embedded database is migrated on the way; another must have been."""
    house = House(load())
    click.get_current_context().call_on_close(house.close)
    if not is_current(house.engine):
        if not (migrate or house.settings.embedded):
            stop("the database is not up to date: run `python -m portal migrate` first", 1)
        upgrade(house.engine)
    return house
