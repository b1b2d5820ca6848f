"""Commands for accounts and publishers."""

from __future__ import annotations

import click

from catalog import accounts, registry
from catalog.accounts import OPERATOR
from catalog.db import session
from portal.commands.house import open_house


@click.group()
def account() -> None:
    """Accounts and their keys."""


@account.command("create")
@click.argument("name")
@click.option("--role", required=True, type=click.Choice(accounts.ROLES))
@click.option("--publisher", "publishers", multiple=True, help="Slug of a publisher it acts for; repeat for more.")
def create_account(name: str, role: str, publishers: tuple[str, ...]) -> None:
    """Make an account; its key is printed once."""
    with open_house().writing() as opened:
        key = accounts.create_account(opened, OPERATOR, name, role, publishers)
    click.echo(key)


@account.command("revoke")
@click.argument("name")
def revoke_account(name: str) -> None:
    """End an account and its keys, at once."""
    with open_house().writing() as opened:
        accounts.revoke_account(opened, OPERATOR, name)
    click.echo(f"{name}: revoked", err=True)


@account.command("list")
def list_accounts() -> None:
    """Name, role, state and publishers of every account."""
    with session(open_house().engine) as opened:
        for one in accounts.list_accounts(opened):
            state = "revoked" if one.revoked_at else "active"
            click.echo("\t".join((one.name, one.role, state, ",".join(office.slug for office in one.publishers))))


@click.group()
def publisher() -> None:
    """Publishers."""


@publisher.command("create")
@click.argument("slug")
@click.option("--title", required=True)
@click.option("--alias", "aliases", multiple=True, help="A former or short name; repeat for more.")
@click.option("--region", help="GB/T 2260 code.")
def create_publisher(slug: str, title: str, aliases: tuple[str, ...], region: str | None) -> None:
    """Make a publisher."""
    from portal.v1.bodies import NewPublisher
    from portal.v1.checking import load_body

    given = {"slug": slug, "title": title, "aliases": list(aliases), "region": region}
    body = load_body(NewPublisher(), given)
    with open_house().writing() as opened:
        registry.create_publisher(opened, OPERATOR, body)
    click.echo(f"{slug}: created", err=True)
