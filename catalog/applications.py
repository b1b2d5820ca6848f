"""Applications for the rows of conditional datasets: made by an account, decided by the dataset's stewards."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog import audit
from catalog.accounts import READ, ROLES, Actor, require_role
from catalog.db import now
from catalog.errors import Conflict, Forbidden, Invalid, NotFound
from catalog.lookup import MOST_NUMBER
from catalog.models import Application, Dataset


def apply(session: Session, actor: Actor, dataset: Dataset, purpose: str) -> Application:
    """Ask for the rows. Raises Conflict where the dataset needs no application, or one is open already."""
    require_role(actor, *ROLES, scope=READ)
    if actor.account_id is None or dataset.access != "conditional":
        raise Conflict("application_not_needed", title=dataset.title)
    mine = select(Application.id).where(
        Application.dataset_id == dataset.id, Application.account_id == actor.account_id, Application.state == "open"
    )
    if session.scalar(mine):
        raise Conflict("application_open")
    made = Application(dataset=dataset, account_id=actor.account_id, purpose=purpose)
    session.add(made)
    session.flush()
    detail = {"application": made.id, "purpose": purpose}
    audit.record(session, audit.Act(actor.name, "apply", dataset.slug, dataset.id, detail))
    return made


def list_applications(session: Session, actor: Actor, dataset: Dataset) -> list[Application]:
    """Those that the actor may know of, newest first: insiders all, others their own."""
    require_role(actor, *ROLES, scope=READ)
    wanted = select(Application).where(Application.dataset_id == dataset.id)
    if not actor.may_see(dataset):
        wanted = wanted.where(Application.account_id == actor.account_id)
    return list(session.scalars(wanted.order_by(Application.id.desc())))


def grant(session: Session, actor: Actor, dataset: Dataset, number: int, expires_at: datetime | None) -> Application:
    """Open the rows to who applied, until `expires_at`. Raises Invalid for an end in the past."""
    if expires_at is not None and expires_at <= now():
        raise Invalid.at("expires", "key_ends_in_the_past")
    return _decide(session, actor, dataset, number, "granted", None, expires_at)


def refuse(session: Session, actor: Actor, dataset: Dataset, number: int, reason: str) -> Application:
    """Say no, with the reason; also ends what was granted before."""
    return _decide(session, actor, dataset, number, "refused", reason, None)


def _decide(
    session: Session,
    actor: Actor,
    dataset: Dataset,
    number: int,
    state: str,
    reason: str | None,
    expires_at: datetime | None,
) -> Application:
    require_role(actor, "steward", "admin")
    if not actor.speaks_for(dataset.publisher.slug):
        raise Forbidden("publisher_does_not_fit", publisher=dataset.publisher.slug)
    wanted = select(Application).where(Application.id == number, Application.dataset_id == dataset.id)
    found = session.scalar(wanted.with_for_update(of=Application)) if number <= MOST_NUMBER else None
    if found is None:
        raise NotFound("application_not_found", id=number)
    if found.account_id == actor.account_id:
        raise Forbidden("application_by_another")
    if found.state == state:
        raise Conflict("application_decided", state=state)
    found.state, found.reason, found.expires_at = state, reason, expires_at
    found.decided_at, found.decided_by_id = now(), actor.account_id
    until = expires_at.isoformat(timespec="seconds") if expires_at else None
    detail = {"application": number, "state": state, "until": until, "reason": reason}
    audit.record(session, audit.Act(actor.name, "decide_application", dataset.slug, dataset.id, detail))
    return found
