"""The catalog's tables: what is known of publishers, accounts, datasets, releases, duties and every act."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey, Index, Integer, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from catalog.db import Base, UtcDateTime, now

Json = JSON().with_variant(JSONB(), "postgresql")
Key = BigInteger().with_variant(Integer(), "sqlite")  # SQLite numbers rows only in a column of type INTEGER


class Publisher(Base):
    """An office that owes data. `aliases` are its former and short names; `region` is its GB/T 2260 code."""

    __tablename__ = "publisher"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    slug: Mapped[str] = mapped_column(Text, unique=True)
    title: Mapped[str] = mapped_column(Text)
    title_translations: Mapped[dict[str, str]] = mapped_column(Json, default=dict)
    aliases: Mapped[list[str]] = mapped_column(Json, default=list)
    region: Mapped[str | None] = mapped_column(Text)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("publisher.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    parent: Mapped[Publisher | None] = relationship(remote_side="Publisher.id")


class Account(Base):
    """Somebody with a name here: steward, reviewer, admin, or a reader who may apply for conditional data.

    A steward acts for the publishers of its `grants` only. `password` is an argon2 hash; `issuer` and `subject` are how
    another sign-in service (OpenID Connect) names the account. All are null where the account has keys alone.
    """

    __tablename__ = "account"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    name: Mapped[str] = mapped_column(Text, unique=True)
    role: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    password: Mapped[str | None] = mapped_column(Text)
    issuer: Mapped[str | None] = mapped_column(Text)
    subject: Mapped[str | None] = mapped_column(Text)
    grants: Mapped[list[AccountPublisher]] = relationship(lazy="selectin", cascade="all, delete-orphan")

    __table_args__ = (
        UniqueConstraint("issuer", "subject"),
        CheckConstraint("(issuer IS NULL) = (subject IS NULL)", name="identity"),
    )


class AccountPublisher(Base):
    """For whom an account acts: a publisher, and those below it only where `with_children` is granted."""

    __tablename__ = "account_publisher"

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True)
    publisher_id: Mapped[int] = mapped_column(ForeignKey("publisher.id"), primary_key=True)
    with_children: Mapped[bool] = mapped_column(default=False)
    publisher: Mapped[Publisher] = relationship(lazy="joined")


class ApiKey(Base):
    """A key of an account, or the session of a sign-in: only the SHA-256 (hex) of its 256 random bits is kept."""

    __tablename__ = "api_key"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    digest: Mapped[str] = mapped_column(Text, unique=True)
    label: Mapped[str] = mapped_column(Text, default="")
    scopes: Mapped[list[str]] = mapped_column(Json, default=list)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # to the hour
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    account: Mapped[Account] = relationship(lazy="joined")


class Dataset(Base):
    """A promise of data and its life. `revision` is lock and ETag; the index entry of another one is stale.

    `public_revision` is the revision at which it last changed for the public, who must not see that more is under way.
    """

    __tablename__ = "dataset"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    slug: Mapped[str] = mapped_column(Text, unique=True)
    title: Mapped[str] = mapped_column(Text)
    title_translations: Mapped[dict[str, str]] = mapped_column(Json, default=dict)
    description: Mapped[str] = mapped_column(Text, default="")
    publisher_id: Mapped[int] = mapped_column(ForeignKey("publisher.id"), index=True)
    themes: Mapped[list[str]] = mapped_column(Json, default=list)
    tags: Mapped[list[str]] = mapped_column(Json, default=list)
    regions: Mapped[list[str]] = mapped_column(Json, default=list)
    schema: Mapped[str | None] = mapped_column(Text)
    family: Mapped[str | None] = mapped_column(Text)
    frequency: Mapped[str] = mapped_column(Text, default="irregular")
    access: Mapped[str] = mapped_column(Text, default="open")
    conditions: Mapped[str | None] = mapped_column(Text)
    level: Mapped[str] = mapped_column(Text, default="L1")
    license: Mapped[str | None] = mapped_column(Text)
    contact: Mapped[dict[str, str]] = mapped_column(Json, default=dict)
    temporal_from: Mapped[date | None]
    temporal_to: Mapped[date | None]
    landing_page: Mapped[str | None] = mapped_column(Text)
    identifier: Mapped[str | None] = mapped_column(Text)
    duties: Mapped[list[str]] = mapped_column(Json, default=list)
    relations: Mapped[list[dict[str, str]]] = mapped_column(Json, default=list)
    mapping: Mapped[dict[str, str | None]] = mapped_column(Json, default=dict)  # header as published -> field or None

    state: Mapped[str] = mapped_column(Text, default="draft", index=True)
    revision: Mapped[int] = mapped_column(default=1)
    public_revision: Mapped[int] = mapped_column(default=0, server_default="0")
    indexed_revision: Mapped[int] = mapped_column(default=0)
    pending: Mapped[dict[str, Any] | None] = mapped_column(Json)  # a revision of a published dataset, not yet approved
    under_review: Mapped[bool] = mapped_column(default=False)  # something of it waits for a reviewer
    submitted_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    reason: Mapped[str | None] = mapped_column(Text)  # of the last rejection or of the withdrawal
    publish_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    issued: Mapped[datetime | None] = mapped_column(UtcDateTime)
    modified: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    latest_release_id: Mapped[int | None] = mapped_column(
        ForeignKey("release.id", use_alter=True, name="fk_dataset_latest_release")
    )

    publisher: Mapped[Publisher] = relationship(lazy="joined")
    latest_release: Mapped[Release | None] = relationship(
        foreign_keys=[latest_release_id], lazy="joined", post_update=True
    )


STALE = Dataset.revision != Dataset.indexed_revision  # the datasets whose index entry is behind
Index("ix_dataset_stale", Dataset.id, sqlite_where=STALE, postgresql_where=STALE)


class Release(Base):
    """One edition of a dataset's rows, immutable once published; `tables` are `catalog.schema.Table` as JSON."""

    __tablename__ = "release"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    dataset_id: Mapped[int] = mapped_column(ForeignKey("dataset.id"), index=True)
    number: Mapped[int]
    period: Mapped[str | None] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text, default="draft")  # draft in_review scheduled published withdrawn
    rows: Mapped[int] = mapped_column(BigInteger, default=0)
    bytes: Mapped[int] = mapped_column(BigInteger, default=0)
    digest: Mapped[str] = mapped_column(Text)
    encoding: Mapped[str | None] = mapped_column(Text)
    totals: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list)
    notes: Mapped[list[str]] = mapped_column(Json, default=list)
    tables: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list)
    upload_digest: Mapped[str] = mapped_column(Text)
    upload_name: Mapped[str] = mapped_column(Text, default="")
    ingested_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    supersedes: Mapped[int | None]

    dataset: Mapped[Dataset] = relationship(foreign_keys=[dataset_id])

    __table_args__ = (UniqueConstraint("dataset_id", "number", name="uq_release_number"),)


class Duty(Base):
    """One thing that the city bound its departments to disclose, as the document words it."""

    __tablename__ = "duty"

    id: Mapped[str] = mapped_column(Text, primary_key=True)  # D001 …
    section: Mapped[str] = mapped_column(Text)
    title: Mapped[str] = mapped_column(Text)
    title_en: Mapped[str] = mapped_column(Text, default="")
    lead: Mapped[str] = mapped_column(Text)
    clock: Mapped[str] = mapped_column(Text, default="")
    family: Mapped[str] = mapped_column(Text, default="other")
    dataset_titles: Mapped[list[str]] = mapped_column(Json, default=list)
    kind: Mapped[str] = mapped_column(Text, default="disclose")


class Audit(Base):
    """Every act, in a chain: `digest` covers the record and `previous_digest`."""

    __tablename__ = "audit"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    account: Mapped[str] = mapped_column(Text)
    act: Mapped[str] = mapped_column(Text)
    dataset_id: Mapped[int | None] = mapped_column(ForeignKey("dataset.id"), index=True)
    target: Mapped[str] = mapped_column(Text)
    detail: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    previous_digest: Mapped[str] = mapped_column(Text)
    digest: Mapped[str] = mapped_column(Text, unique=True)


class Application(Base):
    """A request of an account for the rows of a conditional dataset: open, granted (until it expires) or refused."""

    __tablename__ = "application"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    dataset_id: Mapped[int] = mapped_column(ForeignKey("dataset.id"), index=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    purpose: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text, default="open")
    reason: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    dataset: Mapped[Dataset] = relationship()
    account: Mapped[Account] = relationship(foreign_keys=[account_id], lazy="joined")


class AuditHead(Base):
    """The newest record of the chain on one civil day, signed; what others pin to see that no tail is cut off."""

    __tablename__ = "audit_head"

    day: Mapped[date] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(BigInteger)
    digest: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    key: Mapped[str] = mapped_column(Text)  # the public key (hex) that the signature is for
    signature: Mapped[str] = mapped_column(Text)


class SignInTry(Base):
    """A try to sign in, of the last minutes. `who` is a keyed digest of the name or address (`catalog.tries`)."""

    __tablename__ = "sign_in_try"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    who: Mapped[str] = mapped_column(Text, index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
