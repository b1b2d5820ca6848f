"""Digests of what is too long, or too secret, to stand in the record of an act itself."""

from __future__ import annotations

import hashlib

from catalog.canonical import canonical
from catalog.models import Release


def content_digest(release: Release) -> str:
    """Of all that is told of a release's tables beside the files themselves."""
    told = {"tables": release.tables, "totals": release.totals, "notes": release.notes, "period": release.period}
    return hashlib.sha256(canonical(told)).hexdigest()


def fingerprint(secret: str | None) -> str | None:
    """Of what is kept of a key or a password: it shows an exchange, and nobody can sign in with it."""
    return hashlib.sha256(secret.encode()).hexdigest() if secret else None
