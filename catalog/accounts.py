"""Who may do what: actors, accounts and the offices they act for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog import audit
from catalog.db import now
from catalog.errors import Conflict, Forbidden, Invalid, NotFound, Unauthenticated, nearest
from catalog.models import Account, AccountPublisher, Dataset, Publisher

STAFF = ("steward", "reviewer", "admin")
ROLES = (*STAFF, "reader")
EDITORS = ("steward", "admin")  # who brings the data, and so may see all of it
READ, WRITE, INGEST = "read", "write", "ingest:"  # scopes; the last is followed by a dataset's slug
EVERYTHING = (READ, WRITE)
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{0,63}")


@dataclass(frozen=True)
class Actor:
    """Who asks. The public has no role; the operator at the command line is an admin without an account."""

    name: str = ""
    role: str | None = None
    account_id: int | None = None
    publishers: frozenset[str] = frozenset()  # slugs; a reviewer with none is not limited
    scopes: frozenset[str] = frozenset(EVERYTHING)  # of the key
    granted: frozenset[int] = frozenset()  # conditional datasets whose rows were granted
    key_id: int | None = None
    use_noted: bool = True  # the last use of the key that is on record is no more than an hour ago

    def allows(self, scope: str) -> bool:
        """Whether the key reaches so far; one that writes also reads and ingests."""
        return scope in self.scopes or WRITE in self.scopes

    def speaks_for(self, publisher: str) -> bool:
        """Whether that publisher's things are this actor's business."""
        if self.role == "admin":
            return True
        if self.role == "reviewer":
            return not self.publishers or publisher in self.publishers
        return self.role == "steward" and publisher in self.publishers

    def may_see(self, dataset: Dataset) -> bool:
        """Whether this actor is an insider of the dataset: reads its drafts, jobs and findings."""
        reaches = self.allows(READ) or self.allows(INGEST + dataset.slug)
        return reaches and self.speaks_for(dataset.publisher.slug)

    def may_know_releases(self, dataset: Dataset) -> bool:
        """Whether this reader is told of the releases: of closed data everybody else has the entry in the catalogue."""
        return dataset.access != "closed" or self.may_see(dataset)

    def may_read_rows(self, dataset: Dataset) -> bool:
        """Whether the rows are for this reader: open ones for all, others for insiders, granted ones for who asked."""
        if dataset.access == "open" or self.may_see(dataset):
            return True
        return dataset.access == "conditional" and dataset.id in self.granted and self.allows(READ)

    @property
    def drafts_of(self) -> frozenset[str] | None:
        """The publishers whose unpublished things this actor sees; None means all."""
        if not self.allows(READ):
            return frozenset()
        unlimited = self.role == "admin" or (self.role == "reviewer" and not self.publishers)
        return None if unlimited else self.publishers if self.role != "reader" else frozenset()


PUBLIC = Actor()
OPERATOR = Actor(name="operator", role="admin")


def create_account(
    session: Session, by: Actor, name: str, role: str, publishers: Iterable[str] = (), *, with_children: bool = False
) -> Account:
    """Make an account, as yet without a key.

    Raises Invalid for a name or role that will not do, Conflict where the name is taken, NotFound for a publisher.
    """
    if not _NAME.fullmatch(name):
        raise Invalid.at("name", "account_name_invalid", name=name)
    if role not in ROLES:
        raise Invalid.at("role", "role_unknown", role=role, nearest=nearest(role, ROLES))
    if session.scalar(select(Account.id).where(Account.name == name)):
        raise Conflict("account_taken", name=name)
    account = Account(name=name, role=role)
    grant(session, account, publishers, with_children=with_children)
    session.add(account)
    session.flush()
    detail = {"role": role, "publishers": slugs_of(account), "with_children": with_children}
    audit.record(session, audit.Act(by.name, "create_account", name, detail=detail))
    return account


def grant(session: Session, account: Account, publishers: Iterable[str], *, with_children: bool) -> None:
    """Let the account act for exactly these publishers. Raises NotFound, or Invalid for a steward without any."""
    offices = [get_publisher(session, slug) for slug in dict.fromkeys(publishers)]
    if account.role == "steward" and not offices:
        raise Invalid.at("publisher", "steward_needs_publisher")
    known = {one.publisher_id: one for one in account.grants}
    account.grants = [known.get(one.id) or AccountPublisher(publisher_id=one.id, publisher=one) for one in offices]
    for one in account.grants:
        one.with_children = with_children


def change_account(
    session: Session, by: Actor, account: Account, publishers: Sequence[str], *, with_children: bool
) -> None:
    """Set for whom the account acts, with the change in the record."""
    before = {"publishers": slugs_of(account), "with_children": any(one.with_children for one in account.grants)}
    grant(session, account, publishers, with_children=with_children)
    session.flush()
    after = {"publishers": slugs_of(account), "with_children": with_children}
    audit.record(session, audit.Act(by.name, "change_account", account.name, detail={"before": before, "after": after}))


def slugs_of(account: Account) -> list[str]:
    """The publishers that were granted, without those below them."""
    return sorted(one.publisher.slug for one in account.grants)


def offices_of(session: Session, account: Account) -> frozenset[str]:
    """Every publisher that the account acts for: the granted ones, and those below where that was granted too."""
    own = frozenset(slugs_of(account))
    roots = [one.publisher_id for one in account.grants if one.with_children]
    if not roots:
        return own
    tree = select(Publisher.id, Publisher.slug).where(Publisher.id.in_(roots)).cte("tree", recursive=True)
    tree = tree.union(select(Publisher.id, Publisher.slug).where(Publisher.parent_id == tree.c.id))
    return own | frozenset(session.scalars(select(tree.c.slug)))


def revoke_account(session: Session, by: Actor, name: str) -> Account:
    """End an account; its keys end with it, at once."""
    account = get_account(session, name)
    account.revoked_at = account.revoked_at or now()
    audit.record(session, audit.Act(by.name, "revoke_account", name))
    return account


def get_account(session: Session, name: str) -> Account:
    """The account of that name. Raises NotFound with the nearest one."""
    account = session.scalar(select(Account).where(Account.name == name))
    if account is None:
        known = session.scalars(select(Account.name))
        raise NotFound("account_not_found", name=name, nearest=nearest(name, known))
    return account


def list_accounts(session: Session) -> list[Account]:
    """Every account, by name."""
    return list(session.scalars(select(Account).order_by(Account.name)))


def get_publisher(session: Session, slug: str) -> Publisher:
    """The publisher with that slug. Raises NotFound with the nearest one."""
    found = session.scalar(select(Publisher).where(Publisher.slug == slug))
    if found is None:
        known = session.scalars(select(Publisher.slug))
        raise NotFound("publisher_not_found", slug=slug, nearest=nearest(slug, known))
    return found


def require_role(actor: Actor, *roles: str, scope: str = WRITE) -> None:
    """Raises Unauthenticated for the public, Forbidden for a role that does not fit or a key that reaches less far."""
    if actor.role is None:
        raise Unauthenticated("key_needed")
    if actor.role not in roles:
        raise Forbidden("role_does_not_fit", role=actor.role, needed=", ".join(roles))
    if not actor.allows(scope):
        raise Forbidden("scope_does_not_fit", scope=scope, scopes=", ".join(sorted(actor.scopes)))
