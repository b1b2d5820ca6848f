"""What the portal signs: the head of its chain of acts once a day, and that a release was published."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog.accounts import OPERATOR, slugs_of
from catalog.audit import Act, record
from catalog.db import CIVIL, moment_text, now
from catalog.errors import NotFound
from catalog.models import Account, Audit, AuditHead, Dataset, Publisher, Release
from catalog.schema import tables_from
from catalog.signing import Signer, is_signed

SIGNING = "sign_head"
PUBLISHING = ("approve", "publish", "import")  # the acts that can make a release public


@dataclass(frozen=True)
class Signed:
    """A statement, the public key (hex) and the signature (hex) of its canonical form."""

    statement: dict[str, Any]
    key: str
    signature: str


def sign_daily_head(session: Session, signer: Signer) -> AuditHead | None:
    """Sign the newest record once a civil day, and put on record that it was signed.

    Returns the new head, or None where today has one or nothing has happened since the last.
    """
    today = now().astimezone(CIVIL).date()
    newest = session.scalar(select(Audit).order_by(Audit.id.desc()).limit(1))
    if newest is None or newest.act == SIGNING or session.get(AuditHead, today) is not None:
        return None
    head = AuditHead(day=today, position=newest.id, digest=newest.digest, at=now(), key=signer.public_key, signature="")
    head.signature = signer.sign(head_statement(head))
    session.add(head)
    session.flush()
    record(session, Act(OPERATOR.name, SIGNING, today.isoformat(), detail=_on_record(head)))
    return head


def _on_record(head: AuditHead) -> dict[str, Any]:
    return {**head_statement(head), "key": head.key, "signature": head.signature}


def head_statement(head: AuditHead) -> dict[str, Any]:
    """What is signed of a head."""
    return {
        "kind": "audit-head",
        "day": head.day.isoformat(),
        "position": head.position,
        "digest": head.digest,
        "at": moment_text(head.at),
    }


def get_head(session: Session) -> Signed:
    """The newest signed head. Raises NotFound before the first."""
    newest = select(AuditHead).order_by(AuditHead.position.desc(), AuditHead.day.desc())
    head = session.scalar(newest.limit(1))
    if head is None:
        raise NotFound("head_not_yet")
    return Signed(head_statement(head), head.key, head.signature)


def list_heads(session: Session, most: int) -> list[Signed]:
    """The signed heads, newest first."""
    found = session.scalars(select(AuditHead).order_by(AuditHead.day.desc()).limit(most))
    return [Signed(head_statement(one), one.key, one.signature) for one in found]


def iter_lost_heads(session: Session) -> Iterator[AuditHead]:
    """The heads whose record is not there any more, or is another: the tail was cut off, or the past rewritten."""
    for head in session.scalars(select(AuditHead).order_by(AuditHead.day)):
        if not holds(session, head.position, head.digest):
            yield head


def iter_forged_heads(session: Session) -> Iterator[str]:
    """One sentence for every signed head that is gone, or is not as it was signed and put on record."""
    signings = select(Audit.target, Audit.detail).where(Audit.act == SIGNING).order_by(Audit.id)
    told = {row[0]: row[1] for row in session.execute(signings)}
    for head in session.scalars(select(AuditHead).order_by(AuditHead.day)):
        day = head.day.isoformat()
        if not is_signed(head_statement(head), head.key, head.signature):
            yield f"the signature of the head of {day} does not fit it"
        on_record = told.pop(day, None)
        if on_record is None and told and day > min(told):  # heads from before were signed without an act
            yield f"head {day}: no act speaks of it"
        elif on_record is not None and on_record != _on_record(head):
            yield f"head {day}: it is not what the acts say"
    yield from (f"head {day}: it is gone" for day in told)


def holds(session: Session, position: int, digest: str) -> bool:
    """Whether the chain still has that record at that place."""
    return session.scalar(select(Audit.digest).where(Audit.id == position)) == digest


def prove(session: Session, dataset: Dataset, release: Release, signer: Signer) -> Signed:
    """That this release was published: what, when, by whose office, and where the act stands in the chain.

    Raises NotFound where the release is not published.
    """
    if release.published_at is None or release.state not in ("published", "withdrawn"):
        raise NotFound("release_not_found", number=release.number, slug=dataset.slug)
    entry = _act_of(session, dataset, release)
    statement = {
        "kind": "publication",
        "dataset": dataset.slug,
        "release": release.number,
        "digest": release.digest,
        "tables": [{"name": one.name, "digest": one.digest} for one in tables_from(release.tables)],
        "published_at": moment_text(release.published_at),
        "office": _office(session, entry),
        "audit": {"position": entry.id, "digest": entry.digest, "previous": entry.previous_digest},
    }
    return Signed(statement, signer.public_key, signer.sign(statement))


def _act_of(session: Session, dataset: Dataset, release: Release) -> Audit:
    """The act that let the release out: the newest one of the dataset that names it."""
    acts = select(Audit).where(Audit.dataset_id == dataset.id, Audit.act.in_(PUBLISHING)).order_by(Audit.id.desc())
    for entry in session.scalars(acts):
        if release.number in entry.detail.get("releases", ()) or entry.detail.get("release") == release.number:
            return entry
    raise NotFound("release_not_found", number=release.number, slug=dataset.slug)


def _office(session: Session, entry: Audit) -> str | None:
    """The titles of the offices of who approved; null for a reviewer of the whole city, and for the operator."""
    account = session.scalar(select(Account).where(Account.name == entry.account))
    if account is None or not account.grants:
        return None
    titles = select(Publisher.title).where(Publisher.slug.in_(slugs_of(account))).order_by(Publisher.slug)
    return "、".join(session.scalars(titles))
