"""A catalogue of some thousand plausible titles, always the same: subjects by place and period, and noise between."""

from __future__ import annotations

import csv
import random
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final, NamedTuple

from search.index import SearchDocument

HERE: Final = Path(__file__).parent
SHAOXING: Final = (
    ("sx", "绍兴市", "330600"), ("yc", "越城区", "330602"), ("kq", "柯桥区", "330603"), ("sy", "上虞区", "330604"),
    ("zj", "诸暨市", "330681"), ("sz", "嵊州市", "330683"), ("xc", "新昌县", "330624"),
)  # fmt: skip
TAIWAN: Final = (
    ("tp", "臺北市"), ("nt", "新北市"), ("ty", "桃園市"), ("tc", "臺中市"), ("tn", "臺南市"), ("kh", "高雄市"),
    ("il", "宜蘭縣"), ("hl", "花蓮縣"), ("cy", "嘉義市"), ("km", "金門縣"),
)  # fmt: skip
YEARS: Final = (2018, 2019, 2020)
QUARTERS: Final = "一二三四"
NOISE: Final = 1_500
_NOISE_SUBJECTS: Final = (
    "水稻", "茶园", "桥梁", "会议室", "标本", "种子", "船舶", "钢琴", "邮票", "陶瓷", "竹编", "气球",
)  # fmt: skip
_NOISE_FORMS: Final = ("登记册", "检验记录", "借用办法", "年检情况", "维修说明", "采样点", "讨论纪要", "编号规则")
_MODIFIED: Final = datetime(2021, 1, 20, tzinfo=UTC)


class Subject(NamedTuple):
    """A line of subjects.csv. `periods` is y, q, m, r (years of the Republic) or nothing."""

    slug: str
    side: str
    title: str
    office: str
    periods: str
    tags: str
    note: str


class Edition(NamedTuple):
    """What is added to slug and title, and the days."""

    slug: str
    title: str
    first: date | None
    last: date | None


def documents() -> list[SearchDocument]:
    """The whole catalogue."""
    made = [*_real(), *_noise(), *_once()]
    return [SearchDocument(id=number, **values) for number, values in enumerate(made, 1)]


def subjects() -> list[Subject]:
    """What the catalogue is about."""
    with (HERE / "subjects.csv").open(encoding="utf-8", newline="") as source:
        return [Subject(**row) for row in csv.DictReader(source)]


def _real() -> Iterator[dict[str, object]]:
    for subject in subjects():
        for short, place, code in _places(subject.side):
            for edition in _editions(subject.periods):
                yield _values(
                    slug=f"{short}-{subject.slug}{edition.slug}".removeprefix("-"),
                    title=f"{place}{subject.title}{edition.title}",
                    office=f"{place}{'政府' if subject.side == 'tw' else ''}{subject.office}",
                    publisher=f"{short}-{subject.office}",
                    description=f"{place}{subject.title}，{subject.note}。",
                    tags=tuple(subject.tags.split("|")),
                    regions=(code,) if code else (),
                    temporal_from=edition.first,
                    temporal_to=edition.last,
                )


def _noise() -> Iterator[dict[str, object]]:
    chance = random.Random(2019)
    for number in range(NOISE):
        place = chance.choice(SHAOXING)[1] if number % 2 else chance.choice(TAIWAN)[1]
        title = f"{place}{chance.choice(_NOISE_SUBJECTS)}{chance.choice(_NOISE_FORMS)}第{number}号"
        yield _values(
            slug=f"noise-{number}", title=title, description=title,
            office=f"{place}第{number % 40}管理站", publisher=f"noise-{number % 40}",
            tags=(), regions=(), temporal_from=None, temporal_to=None,
        )  # fmt: skip


def answers() -> dict[str, str]:
    """Title -> slug of what the queries of unseen.csv are about, each there once."""
    return {title: f"once-{number}" for number, (title, _) in enumerate(_titles())}


def _titles() -> list[tuple[str, str]]:
    with (HERE / "unseen.csv").open(encoding="utf-8", newline="") as source:
        offices = {row["title"]: row["office"] for row in csv.DictReader(source)}
    return list(offices.items())


def _once() -> Iterator[dict[str, object]]:
    for number, (title, office) in enumerate(_titles()):
        yield _values(
            slug=f"once-{number}", title=title, description=title, office=office, publisher=f"office-{office}",
            tags=(), regions=(), temporal_from=None, temporal_to=None,
        )  # fmt: skip


def _values(*, office: str, **values: object) -> dict[str, object]:
    return {"revision": 1, "state": "published", "updated": _MODIFIED, "publisher_title": office, **values}


def _places(side: str) -> list[tuple[str, str, str]]:
    if side == "cn":
        return list(SHAOXING)
    return [(short, place, "") for short, place in TAIWAN] if side == "tw" else [("", "", "")]


def _editions(periods: str) -> Iterator[Edition]:
    if not periods:
        yield Edition("", "", None, None)
    for year in YEARS if periods else ():
        if periods == "y":
            yield Edition(f"-{year}", f"（{year}年）", date(year, 1, 1), date(year, 12, 31))
        if periods == "r":
            yield Edition(f"-{year}", f"-{year - 1911}年", None, None)
        if periods == "q":
            yield from (_quarter(year, number) for number in range(1, 5))
        if periods == "m":
            yield from (Edition(f"-{year}m{month}", f"（{year}年{month}月）", None, None) for month in range(1, 13))


def _quarter(year: int, number: int) -> Edition:
    last = date(year, 3 * number, 30 if number in (2, 3) else 31)
    return Edition(
        f"-{year}q{number}", f"（{year}年第{QUARTERS[number - 1]}季度）", date(year, 3 * number - 2, 1), last
    )
