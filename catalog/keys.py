"""Keys and sign-in: random keys kept as digests, with scopes and an end; passwords kept as argon2 hashes."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from catalog import audit
from catalog.accounts import EVERYTHING, INGEST, READ, WRITE, Actor, offices_of
from catalog.db import now
from catalog.digests import fingerprint
from catalog.errors import Conflict, Invalid, NotFound, Unauthenticated
from catalog.lookup import MOST_NUMBER
from catalog.models import Account, ApiKey, Application, Dataset

SESSION_HOURS = 12
SESSION_LABEL = "session"
LONGEST_OVERLAP_HOURS = 24 * 30
SHORTEST_PASSWORD = 12
_USE_NOTED = timedelta(hours=1)  # `last_used_at` is no finer, so that reading does not mean writing


@dataclass(frozen=True)
class NewKey:
    """A key in clear, this once, and its record."""

    key: str
    record: ApiKey


def issue_key(
    session: Session,
    by: Actor,
    account: Account,
    scopes: Sequence[str] = EVERYTHING,
    expires_at: datetime | None = None,
    label: str = "",
) -> NewKey:
    """A new key of 256 random bits for the account. Raises Invalid for a scope or an end that will not do."""
    _check_scopes(session, scopes)
    if expires_at is not None and expires_at <= now():
        raise Invalid.at("expires", "key_ends_in_the_past")
    if account.revoked_at:
        raise Conflict("account_revoked", name=account.name)
    made = _make(session, account, scopes, expires_at, label)
    about = {"scopes": list(scopes), "expires": _text(expires_at), "fingerprint": fingerprint(made.record.digest)}
    detail = {"key": made.record.id, **about}
    audit.record(session, audit.Act(by.name, "create_key", account.name, detail=detail))
    return made


def _make(session: Session, account: Account, scopes: Sequence[str], expires_at: datetime | None, label: str) -> NewKey:
    key = secrets.token_urlsafe(32)
    record = ApiKey(
        account_id=account.id, digest=key_digest(key), scopes=list(scopes), expires_at=expires_at, label=label
    )
    session.add(record)
    session.flush()
    return NewKey(key, record)


def _check_scopes(session: Session, scopes: Sequence[str]) -> None:
    if not scopes:
        raise Invalid.at("scopes", "scope_needed")
    for scope in scopes:
        if scope in EVERYTHING:
            continue
        slug = scope.removeprefix(INGEST)
        if slug == scope:
            raise Invalid.at("scopes", "scope_unknown", scope=scope, known=f"{READ}, {WRITE}, {INGEST}…")
        if session.scalar(select(Dataset.id).where(Dataset.slug == slug)) is None:
            raise Invalid.at("scopes", "dataset_not_found", slug=slug, nearest="")


def rotate_key(session: Session, by: Actor, account: Account, key_id: int, overlap_hours: int) -> NewKey:
    """A new key in the place of an old one, which ends when the overlap is over; 0 ends it now. Raises NotFound."""
    old = get_key(session, account, key_id)
    if old.revoked_at:
        raise Conflict("key_revoked", id=key_id)
    made = issue_key(session, by, account, old.scopes, None if _ended(old) else old.expires_at, old.label)
    end = now() + timedelta(hours=overlap_hours)
    old.expires_at = min(old.expires_at or end, end)
    detail = {"key": old.id, "by": made.record.id, "until": _text(old.expires_at)}
    audit.record(session, audit.Act(by.name, "rotate_key", account.name, detail=detail))
    return made


def revoke_key(session: Session, by: Actor, account: Account, key_id: int) -> None:
    """End a key at once. Raises NotFound."""
    record = get_key(session, account, key_id)
    if record.revoked_at is None:
        record.revoked_at = now()
        audit.record(session, audit.Act(by.name, "revoke_key", account.name, detail={"key": key_id}))


def get_key(session: Session, account: Account, key_id: int) -> ApiKey:
    """The record of a key of the account. Raises NotFound."""
    wanted = select(ApiKey).where(ApiKey.id == key_id, ApiKey.account_id == account.id)
    found = session.scalar(wanted) if key_id <= MOST_NUMBER else None
    if found is None:
        raise NotFound("key_not_found", id=key_id, name=account.name)
    return found


def list_keys(session: Session, account: Account) -> list[ApiKey]:
    """Every key of the account, newest first."""
    return list(session.scalars(select(ApiKey).where(ApiKey.account_id == account.id).order_by(ApiKey.id.desc())))


def key_digest(key: str) -> str:
    """What is kept of a key: SHA-256 is enough, since it has 256 bits of its own."""
    return hashlib.sha256(key.encode()).hexdigest()


def get_actor(session: Session, key: str) -> Actor:
    """Who holds the key. Raises Unauthenticated where it is unknown, expired or revoked."""
    found = session.scalar(select(ApiKey).where(ApiKey.digest == key_digest(key)))
    if found is None or found.revoked_at or found.account.revoked_at:
        raise Unauthenticated("key_unknown")
    if _ended(found):
        raise Unauthenticated("key_expired")
    account = found.account
    return Actor(
        name=account.name,
        role=account.role,
        account_id=account.id,
        publishers=offices_of(session, account),
        scopes=frozenset(found.scopes),
        granted=_granted(session, account),
        key_id=found.id,
        use_noted=found.last_used_at is not None and found.last_used_at >= now() - _USE_NOTED,
    )


def require_live(session: Session, actor: Actor) -> None:
    """Raises Unauthenticated where the actor's key or account was ended since the actor was read."""
    if actor.key_id is None:
        return
    wanted = select(ApiKey.revoked_at, Account.revoked_at).join(Account, ApiKey.account_id == Account.id)
    ended = session.execute(wanted.where(ApiKey.id == actor.key_id)).first()
    if ended is None or any(ended):
        raise Unauthenticated("key_unknown")


def _granted(session: Session, account: Account) -> frozenset[int]:
    wanted = select(Application.dataset_id).where(
        Application.account_id == account.id,
        Application.state == "granted",
        or_(Application.expires_at.is_(None), Application.expires_at > now()),
    )
    return frozenset(session.scalars(wanted))


def note_use(session: Session, key_id: int) -> None:
    """Put the use of a key on record."""
    session.execute(update(ApiKey).where(ApiKey.id == key_id).values(last_used_at=now()))


def set_password(session: Session, by: Actor, account: Account, password: str) -> None:
    """Let the account sign in with a password; every session that it has ends. Raises Invalid for a short one."""
    from argon2 import PasswordHasher

    if len(password) < SHORTEST_PASSWORD:
        raise Invalid.at("password", "password_too_short", least=SHORTEST_PASSWORD)
    account.password = PasswordHasher().hash(password)
    sessions = (ApiKey.account_id == account.id, ApiKey.label == SESSION_LABEL, ApiKey.revoked_at.is_(None))
    session.execute(update(ApiKey).where(*sessions).values(revoked_at=now()))
    detail = {"fingerprint": fingerprint(account.password)}
    audit.record(session, audit.Act(by.name, "set_password", account.name, detail=detail))


def prove(session: Session, name: str, password: str) -> str | None:
    """What is kept of the password, where it fits the name; takes long, as long for every name: hold no lock."""
    account = _living(session, name)
    kept = account.password if account else None
    return kept if _fits(kept, password) else None


def sign_in(session: Session, name: str, proved: str | None) -> NewKey | None:
    """A session of twelve hours, or None where name and password did not fit; both are on record.

    `proved` is what `prove` said; a password that was changed since then does not fit any more.
    """
    account = _living(session, name)
    if account is None or proved is None or account.password != proved:
        target = account.name if account else "unknown"  # what was typed may be a password in the wrong place
        audit.record(session, audit.Act("", "fail_sign_in", target))
        return None
    return start_session(session, account)


def _living(session: Session, name: str) -> Account | None:
    return session.scalar(select(Account).where(Account.name == name, Account.revoked_at.is_(None)))


def start_session(session: Session, account: Account) -> NewKey:
    """A key of twelve hours for an account that has proved itself, by its password or through another service."""
    end = now() + timedelta(hours=SESSION_HOURS)
    made = _make(session, account, EVERYTHING, end, SESSION_LABEL)
    detail = {"key": made.record.id, "expires": _text(end), "fingerprint": fingerprint(made.record.digest)}
    audit.record(session, audit.Act(account.name, "sign_in", account.name, detail=detail))
    return made


def _fits(kept: str | None, password: str) -> bool:
    from argon2 import PasswordHasher
    from argon2.exceptions import VerificationError

    try:
        return PasswordHasher().verify(kept or _nobodys_password(), password)
    except VerificationError:
        return False


@cache
def _nobodys_password() -> str:
    """What the password of an unknown account is held against, so that it takes as long as that of a known one."""
    from argon2 import PasswordHasher

    return PasswordHasher().hash(secrets.token_urlsafe(16))


def _ended(record: ApiKey) -> bool:
    return record.expires_at is not None and record.expires_at <= now()


def _text(moment: datetime | None) -> str | None:
    return moment.isoformat(timespec="seconds") if moment else None
