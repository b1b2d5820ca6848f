"""What the acts on record say of datasets, releases, accounts, keys, applications and publishers.

A fact that no act tells is not there: records of earlier versions tell less.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog.members import MEMBERS, blank_columns, family_of
from catalog.models import Audit

Facts = dict[str, Any]
_BLANK: Facts = {"state": "draft", "mapping": {}, "pending": {}, "reason": None, "publish_at": None, "latest": None}


@dataclass
class Told:
    """What the acts say, by the name or number of the thing."""

    datasets: dict[str, Facts] = field(default_factory=dict)
    releases: dict[tuple[str, int], Facts] = field(default_factory=dict)
    accounts: dict[str, Facts] = field(default_factory=dict)
    keys: dict[int, Facts] = field(default_factory=dict)
    applications: dict[int, Facts] = field(default_factory=dict)
    publishers: dict[str, Facts] = field(default_factory=dict)
    whole: bool = True  # whether every dataset must be told of


def read_acts(session: Session) -> Told:
    """Every act, oldest first."""
    told = Told()
    with closing(session.scalars(select(Audit).order_by(Audit.id).execution_options(yield_per=1000))) as acts:
        for entry in acts:
            if entry.act in _READERS:
                _READERS[entry.act](told, entry, entry.detail)
    return told


def _register(told: Told, entry: Audit, detail: Mapping[str, Any]) -> None:
    told.datasets[entry.target] = {**_BLANK, "issued": None}
    _set(told.datasets[entry.target], {**_blank_members(), **detail.get("after", {})})


def _blank_members() -> Facts:
    """The members as they are where nobody said anything."""
    blank: Facts = {name: value for name, value in blank_columns().items() if name in MEMBERS}
    return {**blank, "temporal": None}


def _set(facts: Facts, members: Mapping[str, Any]) -> None:
    """The members as an act set them; a family follows its schema."""
    facts.update(members)
    if facts.get("schema"):
        facts["family"] = family_of(facts["schema"])


def _revise(told: Told, entry: Audit, detail: Mapping[str, Any]) -> None:
    facts = told.datasets.setdefault(entry.target, {})
    for name, value in detail["before"].items():
        facts.get("was", {}).setdefault(name, value)
    if facts.get("state") == "draft":
        _set(facts, detail["after"])
    elif "state" in facts:  # else it was imported before imports named what they brought
        facts["pending"] = {**facts.get("pending", {}), **detail["after"]}


def _set_mapping(told: Told, entry: Audit, detail: Mapping[str, Any]) -> None:
    told.datasets.setdefault(entry.target, {})["mapping"] = detail["columns"]


def _move(told: Told, entry: Audit, detail: Mapping[str, Any]) -> None:
    facts = told.datasets.setdefault(entry.target, {})
    facts["state"] = detail["to"]
    later = "publish_at" in detail
    if entry.act == "submit":
        facts["submitted_by"] = entry.account
    if entry.act != "approve":
        facts["reason"] = detail.get("reason")
    if entry.act in ("reject", "withdraw"):
        facts["publish_at"] = None
    for number in detail["releases"]:
        after = "scheduled" if later else _AFTER[entry.act]
        told.releases.setdefault((entry.target, number), {})["state"] = after
    if later:
        facts["publish_at"] = detail["publish_at"]
    elif entry.act == "approve":
        _let_out(told, entry.target, detail["releases"], detail)


_AFTER = {"submit": "in_review", "approve": "published", "reject": "draft", "withdraw": "withdrawn"}


def _publish(told: Told, entry: Audit, detail: Mapping[str, Any]) -> None:
    """The time of a scheduled approval has come, or a command published."""
    waiting = (number for (slug, number), one in told.releases.items() if slug == entry.target and _waits(one))
    _let_out(told, entry.target, [*waiting, *detail.get("releases", ())], detail)


def _waits(release: Facts) -> bool:
    return release.get("state") == "scheduled"


def _let_out(told: Told, slug: str, numbers: list[int], detail: Mapping[str, Any]) -> None:
    """The dataset, these releases and the pending change are public from a moment on."""
    facts = told.datasets.setdefault(slug, {})
    _set(facts, facts.get("pending", {}))
    facts.update(pending={}, state="published", publish_at=None)
    when = {"published_at": detail["published_at"]} if "published_at" in detail else {}
    for number in numbers:
        release = told.releases.setdefault((slug, number), {})
        release.update(when, state="published")
        if not when:  # acts of earlier versions did not tell it
            release.pop("published_at", None)
    if numbers:
        facts["latest"] = max(numbers)
    if when and facts.get("issued", "") is None:
        facts["issued"] = detail["published_at"]
    elif not when:
        facts.pop("issued", None)


_OF_IMPORTS = {*MEMBERS, "imported", "imported_state", "was", "issued"}  # what an import tells anew


def _import(told: Told, entry: Audit, detail: Mapping[str, Any]) -> None:
    """What a file brought is on record as a digest of each dataset; in earlier versions only which datasets."""
    told.whole = told.whole and "slugs" in detail
    for slug in detail.get("slugs", list(told.datasets)):
        before = told.datasets.get(slug, {})
        state = before.get("state", "draft")
        state = "published" if detail["publish"] and state == "draft" else state
        kept = {name: before[name] for name in before.keys() - _OF_IMPORTS}
        facts: Facts = {**({} if before else _BLANK), **kept, "state": state}
        if slug in detail.get("digests", {}):
            facts |= {"imported": detail["digests"][slug], "imported_state": state, "was": {}}
        told.datasets[slug] = facts if "slugs" in detail else {}
    for slug, title in detail.get("publishers", {}).items():
        told.publishers[slug] = {"title": title}


def _create_publisher(told: Told, entry: Audit, detail: Mapping[str, Any]) -> None:
    told.publishers[entry.target] = dict(detail.get("after", {}))


def _ingest(told: Told, entry: Audit, detail: Mapping[str, Any]) -> None:
    told.releases[entry.target, detail["release"]] = {
        "state": "draft",
        "ingested_by": entry.account,
        "published_at": None,
        **_file(detail),
    }


def _decide_privacy(told: Told, entry: Audit, detail: Mapping[str, Any]) -> None:
    told.releases.setdefault((entry.target, detail["release"]), {}).update(_file(detail))


def _file(detail: Mapping[str, Any]) -> Facts:
    return {name: detail[name] for name in ("digest", "rows", "content", "upload") if name in detail}


def _discard(told: Told, entry: Audit, detail: Mapping[str, Any]) -> None:
    told.releases.setdefault((entry.target, detail["release"]), {})["state"] = "discarded"


def _create_account(told: Told, entry: Audit, detail: Mapping[str, Any]) -> None:
    told.accounts[entry.target] = {**detail, "revoked": False, "issuer": None, "subject": None}


def _change_account(told: Told, entry: Audit, detail: Mapping[str, Any]) -> None:
    told.accounts.setdefault(entry.target, {}).update(detail["after"])


def _revoke_account(told: Told, entry: Audit, _: Mapping[str, Any]) -> None:
    told.accounts.setdefault(entry.target, {})["revoked"] = True


def _create_key(told: Told, entry: Audit, detail: Mapping[str, Any]) -> None:
    known = {name: detail[name] for name in ("scopes", "expires", "fingerprint") if name in detail}
    told.keys[detail["key"]] = {"account": entry.target, "revoked": False, "session": entry.act == "sign_in", **known}


def _rotate_key(told: Told, entry: Audit, detail: Mapping[str, Any]) -> None:
    told.keys.setdefault(detail["key"], {})["expires"] = detail["until"]


def _set_password(told: Told, entry: Audit, detail: Mapping[str, Any]) -> None:
    if "fingerprint" in detail:
        told.accounts.setdefault(entry.target, {})["password"] = detail["fingerprint"]
    for key in told.keys.values():
        if key.get("session") and key["account"] == entry.target:
            key["revoked"] = True


def _revoke_key(told: Told, entry: Audit, detail: Mapping[str, Any]) -> None:
    told.keys.setdefault(detail["key"], {})["revoked"] = True


def _apply(told: Told, entry: Audit, detail: Mapping[str, Any]) -> None:
    purpose = {"purpose": detail["purpose"]} if "purpose" in detail else {}
    told.applications[detail["application"]] = {
        "state": "open",
        "account": entry.account,
        "dataset": entry.target,
        **purpose,
    }


def _decide_application(told: Told, entry: Audit, detail: Mapping[str, Any]) -> None:
    facts = {name: detail[name] for name in ("state", "until", "reason") if name in detail}
    facts["decided_by"] = entry.account
    told.applications.setdefault(detail["application"], {}).update(facts)


_READERS: Mapping[str, Callable[[Told, Audit, Mapping[str, Any]], None]] = {
    "register": _register,
    "revise": _revise,
    "set_mapping": _set_mapping,
    **dict.fromkeys(_AFTER, _move),
    "publish": _publish,
    "import": _import,
    "create_publisher": _create_publisher,
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
