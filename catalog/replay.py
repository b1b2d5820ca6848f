"""What the tables hold against what the acts on record say of it.

The chain proves that no act was changed; this finds what was changed without an act.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog.accounts import slugs_of
from catalog.digests import content_digest, fingerprint, imported_digest
from catalog.members import MEMBERS, column_values
from catalog.models import Account, ApiKey, Application, Dataset, Publisher, Release
from catalog.registry import told as told_of
from catalog.told import Facts, Told, read_acts

Held = tuple[str | int, str, Facts]  # name or number, whose it is, and what the table holds


def iter_unproved(session: Session) -> Iterator[str]:
    """One sentence for everything that differs from what the acts say, or that no act speaks of."""
    told = read_acts(session)
    names: dict[int | None, str] = {one.id: one.name for one in session.scalars(select(Account))}
    yield from _publishers(session, told)
    yield from _datasets(session, told, names)
    yield from _releases(session, told, names)
    yield from _accounts(session, told)
    yield from _keys(session, told)
    yield from _applications(session, told, names)


def _publishers(session: Session, told: Told) -> Iterator[str]:
    """Publishers that no act speaks of come from before imports and demonstrations told of theirs."""
    left = dict(told.publishers)
    for one in session.scalars(select(Publisher).order_by(Publisher.id)):
        yield from _differing(f"publisher {one.slug}", left.pop(one.slug, {}), told_of(one))
    yield from (f"publisher {slug}: it is gone" for slug in left)


def _datasets(session: Session, told: Told, names: Mapping[int | None, str]) -> Iterator[str]:
    for one in session.scalars(select(Dataset).order_by(Dataset.id).execution_options(yield_per=1000)):
        facts = told.datasets.pop(one.slug, None)
        if facts is None:
            if told.whole:
                yield f"dataset {one.slug}: no act speaks of it"
            continue
        held = {
            "state": one.state,
            "publisher": one.publisher.slug,
            "submitted_by": names.get(one.submitted_by_id, "operator"),
            "mapping": one.mapping,
            "pending": one.pending or {},
            "reason": one.reason,
            "publish_at": _moment(one.publish_at),
            "issued": _moment(one.issued),
            "latest": one.latest_release.number if one.latest_release else None,
        }
        yield from _differing(f"dataset {one.slug}", facts, held)
        for name in MEMBERS:
            if name in facts and not _holds(one, name, facts[name]):
                yield f"dataset {one.slug}: its {name} is not what the acts say"
        if "imported" in facts and _as_imported(one, facts) != facts["imported"]:
            yield f"dataset {one.slug}: it is not what was imported"
    yield from (f"dataset {slug}: it is gone" for slug in told.datasets)


def _holds(dataset: Dataset, name: str, value: Any) -> bool:
    """Whether the dataset has the value."""
    wanted = column_values({name: value})
    return {column: getattr(dataset, column) for column in wanted} == wanted


def _as_imported(dataset: Dataset, facts: Facts) -> str:
    """The digest of an imported dataset, what was revised since then taken back."""
    then = {**vars(dataset), **column_values(facts["was"]), "state": facts["imported_state"]}
    return imported_digest(then, dataset.publisher.slug)


def _moment(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _releases(session: Session, told: Told, names: Mapping[int | None, str]) -> Iterator[str]:
    wanted = select(Release, Dataset.slug).join(Dataset, Release.dataset_id == Dataset.id).order_by(Release.id)
    for one, slug in session.execute(wanted.execution_options(yield_per=1000)):
        facts = told.releases.pop((slug, one.number), None)
        if facts is None:
            yield f"release {slug}/{one.number}: no act speaks of it"
            continue
        held: Facts = {"digest": one.digest, "rows": one.rows, "content": content_digest(one)}
        held |= {"upload": one.upload_digest, "published_at": _moment(one.published_at)}
        held["ingested_by"] = names.get(one.ingested_by_id, "operator")
        if one.state != "discarded":  # a draft makes way for the next one without an act of its own
            held["state"] = one.state
        yield from _differing(f"release {slug}/{one.number}", facts, held)
    yield from (f"release {slug}/{number}: it is gone" for slug, number in told.releases)


def _accounts(session: Session, told: Told) -> Iterator[str]:
    def held() -> Iterator[Held]:
        for one in session.scalars(select(Account).order_by(Account.id)):
            facts: Facts = {"role": one.role, "publishers": slugs_of(one), "revoked": one.revoked_at is not None}
            facts |= {"password": fingerprint(one.password), "issuer": one.issuer, "subject": one.subject}
            if one.grants:
                facts["with_children"] = any(grant.with_children for grant in one.grants)
            yield one.name, "", facts

    return _compared("account", told.accounts, held())


def _keys(session: Session, told: Told) -> Iterator[str]:
    def held() -> Iterator[Held]:
        for one in session.scalars(select(ApiKey).order_by(ApiKey.id)):
            ends = one.expires_at.isoformat(timespec="seconds") if one.expires_at else None
            facts: Facts = {"account": one.account.name, "scopes": one.scopes, "expires": ends}
            facts |= {"fingerprint": fingerprint(one.digest), "revoked": one.revoked_at is not None}
            yield one.id, f" of {one.account.name}", facts

    return _compared("key", told.keys, held())


def _applications(session: Session, told: Told, names: Mapping[int | None, str]) -> Iterator[str]:
    def held() -> Iterator[Held]:
        for one in session.scalars(select(Application).order_by(Application.id)):
            until = one.expires_at.isoformat(timespec="seconds") if one.expires_at else None
            facts: Facts = {"state": one.state, "until": until, "account": one.account.name, "reason": one.reason}
            facts |= {"dataset": one.dataset.slug, "purpose": one.purpose}
            yield one.id, "", facts | {"decided_by": names.get(one.decided_by_id, "operator")}

    return _compared("application", told.applications, held())


def _compared(kind: str, told: Mapping[Any, Facts], held: Iterator[Held]) -> Iterator[str]:
    """What differs of things of one kind, which no act speaks of, and which are gone."""
    left = dict(told)
    for name, whose, facts in held:
        known = left.pop(name, None)
        if known is None:
            yield f"{kind} {name}{whose}: no act speaks of it"
        else:
            yield from _differing(f"{kind} {name}", known, facts)
    yield from (f"{kind} {name}: it is gone" for name in left)


def _differing(what: str, facts: Facts, held: Facts) -> Iterator[str]:
    for name in sorted(facts.keys() & held.keys()):
        if facts[name] != held[name]:
            yield f"{what}: its {name} is {held[name]}, the acts say {facts[name]}"
