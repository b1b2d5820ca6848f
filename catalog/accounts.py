"""Who may write: accounts, their roles and their keys."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog import audit
from catalog.db import now
from catalog.errors import Conflict, Forbidden, Invalid, NotFound, Unauthenticated, nearest
from catalog.models import Account, ApiKey, Dataset, Publisher

ROLES = ("steward", "reviewer", "admin")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{0,63}")


@dataclass(frozen=True)
class Actor:
    """Who asks. The public has no role; the operator at the command line is an admin without an account."""

    name: str = ""
    role: str | None = None
    account_id: int | None = None
    publishers: frozenset[str] = frozenset()  # slugs; a reviewer with none is not limited

    def speaks_for(self, publisher: str) -> bool:
        """Whether that publisher's things are this actor's business."""
        if self.role == "admin":
            return True
        if self.role == "reviewer":
            return not self.publishers or publisher in self.publishers
        return self.role == "steward" and publisher in self.publishers

    def may_see(self, dataset: Dataset) -> bool:
        """Whether this actor is an insider of the dataset: reads its drafts, jobs and findings."""
        return self.speaks_for(dataset.publisher.slug)

    @property
    def drafts_of(self) -> frozenset[str] | None:
        """The publishers whose unpublished things this actor sees; None means all."""
        unlimited = self.role == "admin" or (self.role == "reviewer" and not self.publishers)
        return None if unlimited else self.publishers


PUBLIC = Actor()
OPERATOR = Actor(name="operator", role="admin")


def create_account(session: Session, by: Actor, name: str, role: str, publishers: Iterable[str] = ()) -> str:
    """Make an account and its first key; the key is returned this once and kept only as a digest.

    Raises Invalid for a name or role that will not do, Conflict where the name is taken, NotFound for a publisher.
    """
    if not _NAME.fullmatch(name):
        raise Invalid.at("name", "account_name_invalid", name=name)
    if role not in ROLES:
        raise Invalid.at("role", "role_unknown", role=role, nearest=nearest(role, ROLES))
    if session.scalar(select(Account.id).where(Account.name == name)):
        raise Conflict("account_taken", name=name)
    offices = [get_publisher(session, slug) for slug in publishers]
    if role == "steward" and not offices:
        raise Invalid.at("publisher", "steward_needs_publisher")
    account = Account(name=name, role=role, publishers=offices)
    session.add(account)
    session.flush()
    audit.record(session, audit.Act(by.name, "create_account", name, detail={"role": role}))
    return issue_key(session, account)


def issue_key(session: Session, account: Account) -> str:
    """A new key of 256 random bits for the account."""
    key = secrets.token_urlsafe(32)
    session.add(ApiKey(account_id=account.id, digest=key_digest(key)))
    session.flush()
    return key


def key_digest(key: str) -> str:
    """What is kept of a key: SHA-256 is enough, since it has 256 bits of its own."""
    return hashlib.sha256(key.encode()).hexdigest()


def get_actor(session: Session, key: str) -> Actor:
    """Who holds the key. Raises Unauthenticated where it is unknown, expired or revoked."""
    found = session.scalar(select(ApiKey).where(ApiKey.digest == key_digest(key)))
    if found is None or found.revoked_at or found.account.revoked_at:
        raise Unauthenticated("key_unknown")
    if found.expires_at and found.expires_at <= now():
        raise Unauthenticated("key_expired")
    return actor_of(found.account)


def actor_of(account: Account) -> Actor:
    """The account as an actor."""
    offices = frozenset(one.slug for one in account.publishers)
    return Actor(name=account.name, role=account.role, account_id=account.id, publishers=offices)


def revoke_account(session: Session, by: Actor, name: str) -> None:
    """End an account; its keys end with it, at once."""
    account = session.scalar(select(Account).where(Account.name == name))
    if account is None:
        known = session.scalars(select(Account.name))
        raise NotFound("account_not_found", name=name, nearest=nearest(name, known))
    account.revoked_at = account.revoked_at or now()
    audit.record(session, audit.Act(by.name, "revoke_account", name))


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


def require_role(actor: Actor, *roles: str) -> None:
    """Raises Unauthenticated for the public and Forbidden for a role that does not fit."""
    if actor.role is None:
        raise Unauthenticated("key_needed")
    if actor.role not in roles:
        raise Forbidden("role_does_not_fit", role=actor.role, needed=", ".join(roles))
