"""The tables of search beside the index: stewards' synonyms, questions without an answer, values that lead to rows."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from catalog.db import Base, UtcDateTime, now
from catalog.models import Json, Key


class SynonymList(Base):
    """The groups of words that stewards have added: one row, whose `revision` grows with each change."""

    __tablename__ = "synonym_list"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    revision: Mapped[int]
    groups: Mapped[list[list[str]]] = mapped_column(Json, default=list)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    changed_by: Mapped[str] = mapped_column(Text)


class QueryMiss(Base):
    """A question that found nothing, without any trace of who asked."""

    __tablename__ = "query_miss"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    text: Mapped[str] = mapped_column(Text, unique=True)  # folded
    count: Mapped[int] = mapped_column(default=1)
    first_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    last_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now, index=True)


class SampledRelease(Base):
    """A release whose values are in `row_value`."""

    __tablename__ = "sampled_release"

    dataset_id: Mapped[int] = mapped_column(ForeignKey("dataset.id", ondelete="CASCADE"), primary_key=True)
    release_id: Mapped[int] = mapped_column(ForeignKey("release.id", ondelete="CASCADE"))


class RowValue(Base):
    """A value that stands in a small column of a published, open release and leads to its rows."""

    __tablename__ = "row_value"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    dataset_id: Mapped[int] = mapped_column(ForeignKey("dataset.id", ondelete="CASCADE"), index=True)
    table: Mapped[str] = mapped_column(Text)
    field: Mapped[str] = mapped_column(Text)
    title: Mapped[str] = mapped_column(Text)
    value: Mapped[str] = mapped_column(Text)
    key: Mapped[str] = mapped_column(Text)  # folded, letters and digits alone
    rows: Mapped[int]  # how many have it
