"""Settings: one frozen dataclass from `PORTAL_*`; every default works with no service running."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from catalog.errors import nearest
from catalog.regions import nearest_regions
from catalog.vocabularies import codes
from search.places import HOME

PREFIX = "PORTAL_"
EMBEDDED = "sqlite"
POSTGRES = "postgresql+psycopg"
DAYS = ("upload_days", "undecided_days", "draft_days")


class SettingError(ValueError):
    """A setting that is unknown or cannot be understood; the sentence says which and what would do."""


@dataclass(frozen=True)
class Setting:
    """One row of the reference: its default as people read it, and what it is for."""

    default: str
    purpose: str


TABLE: Mapping[str, Setting] = {
    "data_dir": Setting("./var", "Directory of the database, the files, the caches and the secret of the default."),
    "database_url": Setting(
        "SQLite in the data directory", "`sqlite:///path`, or `postgresql+psycopg://user:password@host/database`."
    ),
    "search_url": Setting(
        "embedded:", "`embedded:` (SQLite FTS5), or `http(s)://user:password@host:9200/index-prefix` (Elasticsearch)."
    ),
    "storage_url": Setting("file: in the data directory", "`file:///path`: where uploads and releases are kept."),
    "base_url": Setting(
        "as each request says", "Address of the portal as others reach it, for links in answers and feeds."
    ),
    "home_region": Setting(
        HOME, "GB/T 2260 code of the place whose portal this is; search takes its districts' bare names for them."
    ),
    "secret_key": Setting(
        "made and kept in the data directory; needed with PostgreSQL",
        "Signs cursors, heads and proofs, the same for every process; at least 32 characters.",
    ),
    "rate_limit": Setting("1200/minute", "Requests for each address or key: `number/second|minute|hour`, or `off`."),
    "originals": Setting(
        "encrypt", "Uploads that held personal data, once it is decided on: `encrypt`, `drop`, or `keep` in the clear."
    ),
    "upload_days": Setting("30", "Days that an upload is kept in the clear before PORTAL_ORIGINALS applies, or `off`."),
    "undecided_days": Setting("90", "Days that a draft with undecided personal data is kept, or `off`."),
    "draft_days": Setting("365", "Days that any draft release is kept without being submitted, or `off`."),
    "upload_limit_mib": Setting("2048", "Largest upload in MiB."),
}


@dataclass(frozen=True)
class Settings:
    """The settings of one process; addresses are complete."""

    data_dir: Path
    database_url: str
    search_url: str
    storage_url: str
    base_url: str
    secret_key: str
    rate_limit: tuple[int, int] | None  # requests, seconds
    upload_limit: int  # bytes
    originals: str = "encrypt"  # encrypt drop keep
    upload_days: timedelta | None = timedelta(days=30)
    undecided_days: timedelta | None = timedelta(days=90)
    draft_days: timedelta | None = timedelta(days=365)
    home_region: str = HOME

    @property
    def embedded(self) -> bool:
        """Whether the database is the embedded default, which `serve` may migrate by itself."""
        return self.database_url.startswith(EMBEDDED)


def load(environment: Mapping[str, str] = os.environ) -> Settings:
    """The settings that the environment gives. Raises SettingError."""
    given = {name[len(PREFIX) :].lower(): value for name, value in environment.items() if name.startswith(PREFIX)}
    for name in given:
        if name not in TABLE:
            near = nearest(name, TABLE)
            hint = f"; did you mean {PREFIX}{near.upper()}?" if near else ""
            raise SettingError(f"{PREFIX}{name.upper()} is not a setting{hint}")
    data_dir = Path(given.get("data_dir") or "var").resolve()
    data_dir.mkdir(parents=True, exist_ok=True)
    return Settings(
        data_dir=data_dir,
        database_url=(database := _database(given.get("database_url") or f"sqlite:///{data_dir / 'portal.sqlite'}")),
        search_url=_address("search_url", given.get("search_url") or "embedded:", ("embedded", "http", "https")),
        storage_url=_address("storage_url", given.get("storage_url") or (data_dir / "files").as_uri(), ("file",)),
        base_url=_base(given.get("base_url", "")),
        secret_key=_secret(given.get("secret_key", ""), data_dir, shared=not database.startswith(EMBEDDED)),
        rate_limit=parse_rate(given.get("rate_limit") or "1200/minute"),
        upload_limit=_mib(given.get("upload_limit_mib") or "2048"),
        originals=_originals(given.get("originals") or "encrypt"),
        home_region=_home(given.get("home_region") or HOME),
        **{name: _days(name, given.get(name) or TABLE[name].default) for name in DAYS},
    )


def parse_rate(text: str) -> tuple[int, int] | None:
    """`1200/minute` as (1200, 60); `off` as None. Raises SettingError."""
    if text == "off":
        return None
    number, _, unit = text.partition("/")
    seconds = {"second": 1, "minute": 60, "hour": 3600}.get(unit)
    if seconds is None or not number.isdecimal() or int(number) == 0:
        raise SettingError(f"PORTAL_RATE_LIMIT: {text!r} is not number/second, number/minute, number/hour or off")
    return int(number), seconds


def _database(text: str) -> str:
    """The address with its driver named; `postgres:` and `postgresql:` mean the one that is installed."""
    try:
        url = make_url(text)
    except ArgumentError:
        url = None
    if url is not None and url.drivername in ("postgres", "postgresql"):
        url = url.set(drivername=POSTGRES)
    if url is None or url.drivername not in (EMBEDDED, POSTGRES) or (url.drivername == EMBEDDED and not url.database):
        raise SettingError(
            "PORTAL_DATABASE_URL: neither sqlite:///path nor postgresql+psycopg://user:password@host/name"
        )
    return url.render_as_string(hide_password=False)


def _address(name: str, text: str, schemes: tuple[str, ...]) -> str:
    """The address of one of those schemes, with a host where one belongs. A password may be in it: not repeated."""
    try:
        parts = urlsplit(text)
        fits = parts.scheme in schemes and (bool(parts.hostname) or not parts.scheme.startswith("http"))
    except ValueError:
        fits = False
    if not fits:
        raise SettingError(f"{PREFIX}{name.upper()}: not an address that begins with {', '.join(schemes)} and a colon")
    return text


def _base(text: str) -> str:
    return _address("base_url", text, ("http", "https")).rstrip("/") if text else ""


def _originals(text: str) -> str:
    if text not in ("encrypt", "drop", "keep"):
        raise SettingError(f"PORTAL_ORIGINALS: {text!r} is not encrypt, drop or keep")
    return text


def _home(code: str) -> str:
    if code == HOME:  # the whole list of codes need not be read for it
        return code
    if code not in codes("regions"):
        near = ", ".join(nearest_regions(code))
        raise SettingError(
            f"PORTAL_HOME_REGION: {code!r} is no code of GB/T 2260" + (f"; near is {near}" if near else "")
        )
    return code


def _days(name: str, text: str) -> timedelta | None:
    if text == "off":
        return None
    if not text.isdecimal() or not 0 < int(text) < 100_000:
        raise SettingError(f"{PREFIX}{name.upper()}: {text!r} is not a whole number of days or off")
    return timedelta(days=int(text))


def _mib(text: str) -> int:
    if not text.isdecimal() or int(text) == 0:
        raise SettingError(f"PORTAL_UPLOAD_LIMIT_MIB: {text!r} is not a whole number of MiB")
    return int(text) << 20


def _secret(given: str, data_dir: Path, *, shared: bool) -> str:
    """The secret given, or one made once and kept readable for its owner only; never made where others share it."""
    if given:
        if len(given) < 32:
            raise SettingError("PORTAL_SECRET_KEY: at least 32 characters are needed")
        return given
    if shared:
        raise SettingError(
            "PORTAL_SECRET_KEY is needed beside PORTAL_DATABASE_URL: every process of the portal signs with the same. "
            "`python -c 'import secrets; print(secrets.token_urlsafe(48))'` makes one; keep it"
        )
    path = data_dir / "secret.key"
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text(encoding="ascii")
    with os.fdopen(handle, "w", encoding="ascii") as target:
        target.write(secrets.token_urlsafe(48))
    return path.read_text(encoding="ascii")


def reference() -> list[tuple[str, Setting]]:
    """Every setting by its full name, for the docs."""
    names: list[Any] = [one.name for one in fields(Settings)]
    order = [name if name in TABLE else "upload_limit_mib" for name in names]
    return [(PREFIX + name.upper(), TABLE[name]) for name in order]
