"""Commands for accounts and publishers."""

from __future__ import annotations

from datetime import timedelta

import click

from catalog import accounts, keys, registry
from catalog.accounts import OPERATOR
from catalog.db import now, session
from portal.commands.house import open_house


@click.group()
def account() -> None:
    """Accounts and their keys."""


@account.command("create")
@click.argument("name")
@click.option("--role", required=True, type=click.Choice(accounts.ROLES))
@click.option("--publisher", "publishers", multiple=True, help="Slug of a publisher it acts for; repeat for more.")
@click.option("--with-children", is_flag=True, help="Also for the publishers below those.")
def create_account(name: str, role: str, publishers: tuple[str, ...], with_children: bool) -> None:
    """Make an account; its key is printed once."""
    with open_house().writing() as opened:
        made = accounts.create_account(opened, OPERATOR, name, role, publishers, with_children=with_children)
        key = keys.issue_key(opened, OPERATOR, made).key
    click.echo(key)


@account.command("key")
@click.argument("name")
@click.option("--scope", "scopes", multiple=True, help="read, write or ingest:DATASET; repeat for more. Default: all.")
@click.option("--days", type=click.IntRange(1, 3650), help="How long it lasts; default: without end.")
@click.option("--label", default="", help="What it is for.")
def create_key(name: str, scopes: tuple[str, ...], days: int | None, label: str) -> None:
    """Make a further key for an account; it is printed once."""
    end = now() + timedelta(days=days) if days else None
    with open_house().writing() as opened:
        found = accounts.get_account(opened, name)
        key = keys.issue_key(opened, OPERATOR, found, scopes or accounts.EVERYTHING, end, label).key
    click.echo(key)


@account.command("keys")
@click.argument("name")
def list_keys(name: str) -> None:
    """Number, scopes, end, last use and state of every key of an account."""
    with session(open_house().engine) as opened:
        for one in keys.list_keys(opened, accounts.get_account(opened, name)):
            state = "revoked" if one.revoked_at else "active"
            moments = [str(at or "-") for at in (one.expires_at, one.last_used_at)]
            click.echo("\t".join((str(one.id), ",".join(one.scopes), *moments, state, one.label)))


@account.command("revoke-key")
@click.argument("name")
@click.argument("number", type=int)
def revoke_key(name: str, number: int) -> None:
    """End one key of an account, at once."""
    with open_house().writing() as opened:
        keys.revoke_key(opened, OPERATOR, accounts.get_account(opened, name), number)
    click.echo(f"{name}: key {number} revoked", err=True)


@account.command("password")
@click.argument("name")
@click.option("--password", prompt=True, hide_input=True, confirmation_prompt=True)
def set_password(name: str, password: str) -> None:
    """Let an account sign in with a password."""
    with open_house().writing() as opened:
        keys.set_password(opened, OPERATOR, accounts.get_account(opened, name), password)
    click.echo(f"{name}: password set", err=True)


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
            click.echo("\t".join((one.name, one.role, state, ",".join(accounts.slugs_of(one)))))


@click.group()
def publisher() -> None:
    """Publishers."""


@publisher.command("create")
@click.argument("slug")
@click.option("--title", required=True)
@click.option("--alias", "aliases", multiple=True, help="A former or short name; repeat for more.")
@click.option("--region", help="GB/T 2260 code.")
@click.option("--parent", help="Slug of the publisher above it.")
def create_publisher(slug: str, title: str, aliases: tuple[str, ...], region: str | None, parent: str | None) -> None:
    """Make a publisher."""
    from portal.v1.bodies import NewPublisher
    from portal.v1.checking import load_body

    given = {"slug": slug, "title": title, "aliases": list(aliases), "region": region, "parent": parent}
    body = load_body(NewPublisher(), given)
    with open_house().writing() as opened:
        registry.create_publisher(opened, OPERATOR, body)
    click.echo(f"{slug}: created", err=True)
