"""What nearly every request asks of the database, each a single row that is read again only after a commit."""

from __future__ import annotations

from functools import cached_property

from sqlalchemy import Engine, bindparam, select

from catalog.glance import Glance
from catalog.models import Dataset, Publisher
from search.models import SynonymList


class Glances:
    """Those of one database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @cached_property
    def revisions(self) -> Glance:
        """The revision of a dataset by its `slug`."""
        return Glance(self._engine, select(Dataset.revision).where(Dataset.slug == bindparam("slug")))

    @cached_property
    def publisher_titles(self) -> Glance:
        """The title of a publisher by its `slug`."""
        return Glance(self._engine, select(Publisher.title).where(Publisher.slug == bindparam("slug")))

    @cached_property
    def synonym_revisions(self) -> Glance:
        """The revision of the stewards' synonyms."""
        return Glance(self._engine, select(SynonymList.revision))

    def close(self) -> None:
        """Let go of their connections."""
        for one in vars(self).values():
            if isinstance(one, Glance):
                one.close()
