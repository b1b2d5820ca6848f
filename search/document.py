"""What an index knows of one dataset."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from catalog.regions import region_and_parents
from search.fields import MOST_YEARS, SHORT_TITLE, TITLE_KEY


@dataclass(frozen=True)
class SearchDocument:
    """What an index knows of one dataset. `revision` orders the writes: an older one never replaces a newer."""

    id: int
    revision: int
    slug: str
    title: str
    publisher: str  # slug
    publisher_title: str
    state: str
    updated: datetime
    titles: Mapping[str, str] = field(default_factory=dict)  # language -> title
    description: str = ""
    publisher_aliases: tuple[str, ...] = ()
    themes: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    family: str | None = None
    schema: str | None = None
    frequency: str = "irregular"
    access: str = "open"
    formats: tuple[str, ...] = ()  # empty without a published release
    temporal_from: date | None = None
    temporal_to: date | None = None
    issued: datetime | None = None
    field_titles: tuple[str, ...] = ()
    values: tuple[str, ...] = ()  # whole values that lead to it: parcel numbers, codes, names of its rows
    popularity: int = 0

    @property
    def period(self) -> tuple[int, int] | tuple[None, None]:
        """First and last day of the data as day numbers; an open end is the first or last day there is."""
        if self.temporal_from is None and self.temporal_to is None:
            return None, None
        first, last = self.temporal_from or date.min, self.temporal_to or date.max
        return first.toordinal(), last.toordinal()

    @property
    def areas(self) -> tuple[str, ...]:
        """Its regions with all that contain them: a district counts for its city."""
        return areas_of(self.regions)

    @property
    def years(self) -> tuple[str, ...]:
        """The years that its data reach over; nothing where an end is open."""
        if self.temporal_from is None or self.temporal_to is None:
            return ()
        return tuple(map(str, years_between(self.temporal_from.year, self.temporal_to.year)))

    @property
    def prior(self) -> float:
        """What every score of it is multiplied with: among equals the shorter title goes first."""
        return round(1 / (1 + len(self.title[:TITLE_KEY]) / SHORT_TITLE), 4)


def areas_of(regions: Iterable[str]) -> tuple[str, ...]:
    """Regions with all that contain them."""
    return tuple(dict.fromkeys(one for code in regions for one in region_and_parents(code)))


def years_between(first: int, last: int) -> range:
    """The years from one to the other, the last of them where there are too many."""
    return range(max(first, last - MOST_YEARS), last + 1)
