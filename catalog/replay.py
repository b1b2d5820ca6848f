"""What the acts on record say of datasets, releases, accounts, keys and applications, against what the tables hold.

The chain proves that no act was changed; this finds what was changed without an act.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog.accounts import slugs_of
from catalog.digests import content_digest, fingerprint
from catalog.members import MEMBERS, column_values
from catalog.models import Account, ApiKey, Application, Audit, Dataset, Release

Facts = dict[str, Any]
Held = tuple[str | int, str, Facts]  # name or number, whose it is, and what the table holds


@dataclass
class Told:
    """What the acts say, by the name or number of the thing. A fact that no act tells is not there."""

    datasets: dict[str, Facts] = field(default_factory=dict)
    releases: dict[tuple[str, int], Facts] = field(default_factory=dict)
    accounts: dict[str, Facts] = field(default_factory=dict)
    keys: dict[int, Facts] = field(default_factory=dict)
    applications: dict[int, Facts] = field(default_factory=dict)
    whole: bool = True  # whether every dataset must be told of


def iter_unproved(session: Session) -> Iterator[str]:
    """One sentence for everything that differs from what the acts say, or that no act speaks of."""
    told = Told()
    for entry in session.scalars(select(Audit).order_by(Audit.id).execution_options(yield_per=1000)):
        if entry.act in _READERS:
            _READERS[entry.act](told, entry, entry.detail)
    names: dict[int | None, str] = {one.id: one.name for one in session.scalars(select(Account))}
    yield from _datasets(session, told, names)
    yield from _releases(session, told, names)
    yield from _accounts(session, told)
    yield from _keys(session, told)
    yield from _applications(session, told)


# What each act says --------------------------------------------------------------------------------------------------


def _register(told: Told, entry: Audit, detail: Mapping[str, Any]) -> None:
    told.datasets[entry.target] = {"state": "draft", "mapping": {}, "pending": {}, **detail.get("after", {})}


def _revise(told: Told, entry: Audit, detail: Mapping[str, Any]) -> None:
    facts = told.datasets.setdefault(entry.target, {})
    if facts.get("state") == "draft":
        facts.update(detail["after"])
    elif "state" in facts:  # else it was imported before imports named what they brought
        facts["pending"] = {**facts.get("pending", {}), **detail["after"]}


def _set_mapping(told: Told, entry: Audit, detail: Mapping[str, Any]) -> None:
    told.datasets.setdefault(entry.target, {})["mapping"] = detail["columns"]


def _move(told: Told, entry: Audit, detail: Mapping[str, Any]) -> None:
    facts = told.datasets.setdefault(entry.target, {})
    facts["state"] = detail["to"]
    if entry.act == "submit":
        facts["submitted_by"] = entry.account
    if entry.act == "approve" and "publish_at" not in detail:
        facts.update(facts.get("pending", {}), pending={})
    after = "scheduled" if "publish_at" in detail else _AFTER[entry.act]
    for number in detail["releases"]:
        told.releases.setdefault((entry.target, number), {})["state"] = after


_AFTER = {"submit": "in_review", "approve": "published", "reject": "draft", "withdraw": "withdrawn"}


def _publish(told: Told, entry: Audit, detail: Mapping[str, Any]) -> None:
    """The time of a scheduled approval has come, or a command published."""
    facts = told.datasets.setdefault(entry.target, {})
    facts.update(facts.get("pending", {}), pending={}, state="published")
    for (slug, number), release in told.releases.items():
        if slug == entry.target and (release.get("state") == "scheduled" or number in detail.get("releases", ())):
            release["state"] = "published"


def _import(told: Told, entry: Audit, detail: Mapping[str, Any]) -> None:
    """What a file brought is not in the record; only which datasets."""
    told.whole = told.whole and "slugs" in detail
    for slug in detail.get("slugs", list(told.datasets)):
        before = told.datasets.get(slug, {}).get("state", "draft")
        state = "published" if detail["publish"] and before == "draft" else before
        waiting = told.datasets.get(slug, {}).get("pending", {})
        told.datasets[slug] = {"state": state, "pending": waiting} if "slugs" in detail else {}


def _ingest(told: Told, entry: Audit, detail: Mapping[str, Any]) -> None:
    told.releases[entry.target, detail["release"]] = {"state": "draft", "ingested_by": entry.account, **_file(detail)}


def _decide_privacy(told: Told, entry: Audit, detail: Mapping[str, Any]) -> None:
    told.releases.setdefault((entry.target, detail["release"]), {}).update(_file(detail))


def _file(detail: Mapping[str, Any]) -> Facts:
    return {name: detail[name] for name in ("digest", "rows", "content") if name in detail}


def _discard(told: Told, entry: Audit, detail: Mapping[str, Any]) -> None:
    told.releases.setdefault((entry.target, detail["release"]), {})["state"] = "discarded"


def _create_account(told: Told, entry: Audit, detail: Mapping[str, Any]) -> None:
    told.accounts[entry.target] = {**detail, "revoked": False}


def _change_account(told: Told, entry: Audit, detail: Mapping[str, Any]) -> None:
    told.accounts.setdefault(entry.target, {}).update(detail["after"])


def _revoke_account(told: Told, entry: Audit, _: Mapping[str, Any]) -> None:
    told.accounts.setdefault(entry.target, {})["revoked"] = True


def _create_key(told: Told, entry: Audit, detail: Mapping[str, Any]) -> None:
    known = {name: detail[name] for name in ("scopes", "expires", "fingerprint") if name in detail}
    told.keys[detail["key"]] = {"account": entry.target, "revoked": False, **known}


def _rotate_key(told: Told, entry: Audit, detail: Mapping[str, Any]) -> None:
    told.keys.setdefault(detail["key"], {})["expires"] = detail["until"]


def _set_password(told: Told, entry: Audit, detail: Mapping[str, Any]) -> None:
    if "fingerprint" in detail:
        told.accounts.setdefault(entry.target, {})["password"] = detail["fingerprint"]


def _revoke_key(told: Told, entry: Audit, detail: Mapping[str, Any]) -> None:
    told.keys.setdefault(detail["key"], {})["revoked"] = True


def _apply(told: Told, entry: Audit, detail: Mapping[str, Any]) -> None:
    told.applications[detail["application"]] = {"state": "open", "account": entry.account}


def _decide_application(told: Told, entry: Audit, detail: Mapping[str, Any]) -> None:
    facts = {"state": detail["state"], "until": detail["until"], "decided_by": entry.account}
    told.applications.setdefault(detail["application"], {}).update(facts)


_READERS: Mapping[str, Callable[[Told, Audit, Mapping[str, Any]], None]] = {
    "register": _register,
    "revise": _revise,
    "set_mapping": _set_mapping,
    **dict.fromkeys(_AFTER, _move),
    "publish": _publish,
    "import": _import,
    "ingest": _ingest,
    "decide_privacy": _decide_privacy,
    "discard_draft": _discard,
    "create_account": _create_account,
    "change_account": _change_account,
    "revoke_account": _revoke_account,
    "create_key": _create_key,
    "sign_in": _create_key,
    "rotate_key": _rotate_key,
    "revoke_key": _revoke_key,
    "set_password": _set_password,
    "apply": _apply,
    "decide_application": _decide_application,
}


# What the tables hold ------------------------------------------------------------------------------------------------


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
            "submitted_by": names.get(one.submitted_by_id),
            "mapping": one.mapping,
            "pending": one.pending or {},
        }
        yield from _differing(f"dataset {one.slug}", facts, held)
        for name in MEMBERS:
            if name in facts and not _holds(one, name, facts[name]):
                yield f"dataset {one.slug}: its {name} is not what the acts say"
    yield from (f"dataset {slug}: it is gone" for slug in told.datasets)


def _holds(dataset: Dataset, name: str, value: Any) -> bool:
    """Whether the dataset has the value; a family that follows a schema always."""
    if name == "family" and dataset.schema:
        return True
    wanted = column_values({name: value})
    return {column: getattr(dataset, column) for column in wanted} == wanted


def _releases(session: Session, told: Told, names: Mapping[int | None, str]) -> Iterator[str]:
    wanted = select(Release, Dataset.slug).join(Dataset, Release.dataset_id == Dataset.id).order_by(Release.id)
    for one, slug in session.execute(wanted.execution_options(yield_per=1000)):
        facts = told.releases.pop((slug, one.number), None)
        if facts is None:
            yield f"release {slug}/{one.number}: no act speaks of it"
            continue
        held: Facts = {"digest": one.digest, "rows": one.rows, "content": content_digest(one)}
        held["ingested_by"] = names.get(one.ingested_by_id, "operator")
        if one.state != "discarded":  # a draft makes way for the next one without an act of its own
            held["state"] = one.state
        yield from _differing(f"release {slug}/{one.number}", facts, held)
    yield from (f"release {slug}/{number}: it is gone" for slug, number in told.releases)


def _accounts(session: Session, told: Told) -> Iterator[str]:
    def held() -> Iterator[Held]:
        for one in session.scalars(select(Account).order_by(Account.id)):
            facts: Facts = {"role": one.role, "publishers": slugs_of(one), "revoked": one.revoked_at is not None}
            facts["password"] = fingerprint(one.password)
            if one.grants:
                facts["with_children"] = any(grant.with_children for grant in one.grants)
            yield one.name, "", facts

    return _compared("account", told.accounts, held())


def _keys(session: Session, told: Told) -> Iterator[str]:
    def held() -> Iterator[Held]:
        for one in session.scalars(select(ApiKey).order_by(ApiKey.id)):
            ends = one.expires_at.isoformat(timespec="seconds") if one.expires_at else None
            facts: Facts = {"account": one.account.name, "scopes": one.scopes, "expires": ends}
            facts["fingerprint"] = fingerprint(one.digest)
            if one.revoked_at is None:  # a session may also end with a new password
                facts["revoked"] = False
            yield one.id, f" of {one.account.name}", facts

    return _compared("key", told.keys, held())


def _applications(session: Session, told: Told) -> Iterator[str]:
    def held() -> Iterator[Held]:
        for one in session.scalars(select(Application).order_by(Application.id)):
            until = one.expires_at.isoformat(timespec="seconds") if one.expires_at else None
            yield one.id, "", {"state": one.state, "until": until, "account": one.account.name}

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
