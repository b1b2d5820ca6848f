"""Digests of what is too long, or too secret, to stand in the record of an act itself."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import UTC
from typing import Any

import orjson

from catalog.canonical import canonical
from catalog.members import blank_columns
from catalog.models import Release


def content_digest(release: Release) -> str:
    """Of all that is told of a release's tables beside the files themselves."""
    told = {"tables": release.tables, "totals": release.totals, "notes": release.notes, "period": release.period}
    return hashlib.sha256(canonical(told)).hexdigest()


def imported_digest(columns: Mapping[str, Any], publisher: str) -> str:
    """Of a dataset as an import left it: what a body may set, whose it is, and when it was issued if it was."""
    issued = columns["issued"] if columns["state"] == "published" else None
    told = {name: columns[name] for name in blank_columns()}
    told |= {"publisher": publisher, "issued": issued.astimezone(UTC) if issued else None}
    return hashlib.sha256(orjson.dumps(told, option=orjson.OPT_SORT_KEYS)).hexdigest()  # of an import there are many


def fingerprint(secret: str | None) -> str | None:
    """Of what is kept of a key or a password: it shows an exchange, and nobody can sign in with it."""
    return hashlib.sha256(secret.encode()).hexdigest() if secret else None
