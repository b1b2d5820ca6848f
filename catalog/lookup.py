"""The reads of the catalog, and the one place that decides what an actor may see."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time

from sqlalchemy import ColumnElement, and_, false, func, or_, select, true
from sqlalchemy.orm import Session

from catalog.accounts import PUBLIC, Actor
from catalog.db import CIVIL
from catalog.errors import BadParameter, Forbidden, Gone, NotFound, nearest
from catalog.life import PUBLIC_STATES
from catalog.models import Dataset, Duty, Publisher, Release
from catalog.schema import Table, tables_from

LONGEST_SLUG = 120
MOST_NUMBER = (1 << 31) - 1  # of a release, a key or an application, as databases hold it


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """The condition on datasets that an actor may see: public ones, and those of the offices it speaks for."""
    if actor.drafts_of is None:
        return true()
    public = Dataset.state.in_(PUBLIC_STATES)
    if not actor.drafts_of:
        return public
    own = Dataset.publisher_id.in_(select(Publisher.id).where(Publisher.slug.in_(actor.drafts_of)))
    return or_(public, own)


def get_dataset(session: Session, slug: str, actor: Actor = PUBLIC, *, lock: bool = False) -> Dataset:
    """The dataset as far as the actor may see it. Raises NotFound, or Gone with the reason after a withdrawal.

    `lock` keeps others from changing it until the transaction ends (PostgreSQL; on SQLite writers are alone anyway).
    """
    wanted = select(Dataset).where(Dataset.slug == slug)
    dataset = session.scalar(wanted.with_for_update(of=Dataset) if lock else wanted)
    if dataset is None or not (dataset.state in (*PUBLIC_STATES, "withdrawn") or actor.may_see(dataset)):
        raise NotFound("dataset_not_found", slug=slug, nearest=_nearest_slug(session, slug))
    if dataset.state == "withdrawn" and not actor.may_see(dataset):
        raise Gone("dataset_withdrawn", title=dataset.title, reason=dataset.reason or "")
    return dataset


def seen_revision(dataset: Dataset, actor: Actor) -> int:
    """The revision for this reader: to the public nothing has changed while a draft or a change waits."""
    return dataset.revision if actor.may_see(dataset) else dataset.public_revision


def find_dataset(session: Session, slug: str) -> Dataset | None:
    """The dataset whoever asks, or None."""
    return session.scalar(select(Dataset).where(Dataset.slug == slug))


def require_readable_rows(dataset: Dataset, actor: Actor) -> None:
    """Raises Forbidden, with how to get further, where the rows are not for this reader."""
    if not actor.may_read_rows(dataset):
        code = "rows_closed" if dataset.access == "closed" else "rows_conditional"
        raise Forbidden(code, title=dataset.title, conditions=dataset.conditions or "")


def list_visible_releases(session: Session, dataset: Dataset, actor: Actor) -> list[Release]:
    """The releases that the actor may see, newest first."""
    wanted = select(Release).where(Release.dataset_id == dataset.id, _visible_release(dataset, actor))
    return list(session.scalars(wanted.order_by(Release.number.desc())))


def get_release(session: Session, dataset: Dataset, actor: Actor, number: int) -> Release:
    """One release by its number. Raises NotFound."""
    wanted = select(Release).where(
        Release.dataset_id == dataset.id, Release.number == number, _visible_release(dataset, actor)
    )
    found = session.scalar(wanted) if number <= MOST_NUMBER else None
    if found is None:
        raise NotFound("release_not_found", number=number, slug=dataset.slug)
    return found


def get_current_release(session: Session, dataset: Dataset, actor: Actor, as_of: date | None = None) -> Release:
    """The latest published release, or the one that was the latest at the end of `as_of`.

    An insider gets the newest draft where nothing is published yet. Raises NotFound.
    """
    wanted = select(Release).where(Release.dataset_id == dataset.id, Release.state == "published")
    if as_of is not None:
        wanted = wanted.where(Release.published_at <= datetime.combine(as_of, time.max, CIVIL))
    found = session.scalar(wanted.order_by(Release.number.desc()).limit(1))
    if found is None and as_of is None and actor.may_see(dataset):
        drafts = select(Release).where(Release.dataset_id == dataset.id, Release.state != "discarded")
        found = session.scalar(drafts.order_by(Release.number.desc()).limit(1))
    if found is None:
        raise NotFound("no_release", slug=dataset.slug)
    return found


def get_table(release: Release, name: str | None = None) -> Table:
    """A table of the release, the first where none is named. Raises NotFound with the nearest name."""
    tables = tables_from(release.tables)
    if name is None:
        return tables[0]
    found = next((one for one in tables if one.name == name), None)
    if found is None:
        names = [one.name for one in tables]
        raise NotFound("table_not_found", name=name, nearest=nearest(name, names), known=", ".join(names))
    return found


def list_publishers(session: Session) -> list[tuple[Publisher, int]]:
    """Every publisher with the number of its public datasets, by slug."""
    count = func.count(Dataset.id)
    joined = and_(Dataset.publisher_id == Publisher.id, Dataset.state.in_(PUBLIC_STATES))
    wanted = select(Publisher, count).outerjoin(Dataset, joined).group_by(Publisher.id).order_by(Publisher.slug)
    return [(row[0], row[1]) for row in session.execute(wanted)]


def list_duties(session: Session) -> list[Duty]:
    """The register of duties, in its own order."""
    return list(session.scalars(select(Duty).order_by(Duty.id)))


def iter_datasets_of_duties(session: Session) -> Iterator[Dataset]:
    """Every public dataset that fulfils a duty."""
    wanted = select(Dataset).where(Dataset.state.in_(PUBLIC_STATES)).order_by(Dataset.slug)
    for dataset in session.scalars(wanted.execution_options(yield_per=500)):
        if dataset.duties:
            yield dataset


def count_public(session: Session) -> int:
    """How many datasets are public."""
    return session.scalar(select(func.count(Dataset.id)).where(Dataset.state.in_(PUBLIC_STATES))) or 0


def parse_day(place: str, text: str) -> date:
    """A day as `2026-06-30`. Raises BadParameter at `place`."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadParameter.at(place, "day_expected", value=text) from None


def _visible_release(dataset: Dataset, actor: Actor) -> ColumnElement[bool]:
    if not actor.may_know_releases(dataset):
        return false()
    insider = Release.state != "discarded"
    return insider if actor.may_see(dataset) else Release.state == "published"


def _nearest_slug(session: Session, slug: str) -> str:
    """A public slug that begins alike; only a short list is looked at, so that a wrong guess stays cheap."""
    head = slug.split("-", 1)[0]
    if not head.isalnum() or len(head) > LONGEST_SLUG:
        return ""
    alike = select(Dataset.slug).where(Dataset.slug.like(f"{head}%"), Dataset.state.in_(PUBLIC_STATES)).limit(200)
    return nearest(slug, session.scalars(alike))
