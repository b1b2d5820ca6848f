"""What the demonstration registers and loads, read from its files; nothing here touches the database."""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from catalog.duties import DutyRecord, iter_duties

_DATA: Final = Path(__file__).parent / "data"
_CITY: Final = "330600"
_OWN: Final = ("landing_page", "temporal", "themes", "tags", "regions", "frequency")  # taken from published.toml as is
_CATALOGUE_ONLY: Final = "演示目录：目前只登记目录，没有数据文件。"
_WITH_ROWS: Final = "演示数据：按公开数字整理，只供试用，请以来源为准。来源：{source}。"


@dataclass(frozen=True)
class DemoPublisher:
    """An office: what `registry` needs to make it. `region` is a GB/T 2260 code or None."""

    slug: str
    title: str
    title_translations: Mapping[str, str]
    aliases: tuple[str, ...]
    region: str | None


@dataclass(frozen=True)
class DemoRelease:
    """One file of a dataset, with what a steward would say when loading it; oldest first within a dataset."""

    dataset: str
    file: Path
    period: str | None = None
    unit: str | None = None


def iter_publishers() -> Iterator[DemoPublisher]:
    """Every office that a demonstration dataset names."""
    for row in _rows("publishers.csv"):
        yield DemoPublisher(
            slug=row["slug"],
            title=row["title"],
            title_translations=_translations(row),
            aliases=_list(row["aliases"]),
            region=row["region"] or None,
        )


def iter_datasets() -> Iterator[dict[str, Any]]:
    """Bodies as in an import file: the datasets of all duties, then those that stand for themselves."""
    duties = {duty.id: duty for duty in iter_duties()}
    promised = set()
    for row in _rows("datasets.csv"):
        promised.add(row["slug"])
        body = _promised(row, duties[row["duty"]])
        yield body | _additions(_published().get(row["slug"], {}), body["description"])
    for slug, entry in _published().items():
        if slug not in promised:
            yield _standing_alone(entry)


def iter_releases() -> Iterator[DemoRelease]:
    """The files to load, in the order in which they were published."""
    for slug, entry in _published().items():
        for release in entry["releases"]:
            yield DemoRelease(slug, _DATA / "files" / release["file"], release.get("period"), release.get("unit"))


def _promised(row: Mapping[str, str], duty: DutyRecord) -> dict[str, Any]:
    """The entry of a dataset that a duty asks for."""
    body = {
        "slug": row["slug"],
        "title": row["title"],
        "title_translations": _translations(row),
        "description": _description(duty, row["slug"] in _published()),
        "publisher": _publisher(row["publisher"]),
        "themes": list(_list(row["themes"])),
        "tags": list(_list(row["tags"])),
        "regions": [_CITY],
        "frequency": row["frequency"],
        "access": row["access"],
        "level": row["level"],
        "contact": {"name": _publisher(row["publisher"])["title"]},
        "identifier": f"{duty.id}-{row['slug']}",
        "duties": [duty.id],
    }
    optional = {name: row[name] for name in ("schema", "conditions", "family") if row[name]}
    return body | _fitting(optional)


def _standing_alone(entry: Mapping[str, Any]) -> dict[str, Any]:
    """The entry of a dataset that no duty of the city asks for."""
    body = {
        "slug": entry["slug"],
        "title": entry["title"],
        "title_translations": _translations(entry),
        "publisher": _publisher(entry["publisher"]),
        "access": "open",
        "level": "L1",
        "contact": {"name": _publisher(entry["publisher"])["title"]},
    }
    known = {name: entry[name] for name in ("schema", "family") if name in entry}
    return body | _additions(entry, entry["description"]) | _fitting(known)


def _additions(entry: Mapping[str, Any], description: str) -> dict[str, Any]:
    """What published.toml adds to an entry; nothing where it is silent."""
    if not entry:
        return {}
    words = description + _WITH_ROWS.format(source=entry["source"])
    return {name: entry[name] for name in _OWN if name in entry} | {"description": words}


def _fitting(names: dict[str, Any]) -> dict[str, Any]:
    """A schema says the family already, and a body has one of the two."""
    return {name: value for name, value in names.items() if name != "family" or "schema" not in names}


def _description(duty: DutyRecord, with_rows: bool) -> str:
    clock = f"公开时限：{duty.clock}。" if duty.clock else ""
    words = f"公开内容：{duty.title}。牵头单位：{duty.lead}。{clock}"
    return words if with_rows else words + _CATALOGUE_ONLY


def _translations(row: Mapping[str, Any]) -> dict[str, str]:
    return {"zh-Hant": row["title_zh_hant"], "en": row["title_en"]}


def _publisher(slug: str) -> dict[str, str]:
    return {"slug": slug, "title": _publisher_titles()[slug]}


@cache
def _publisher_titles() -> dict[str, str]:
    return {row["slug"]: row["title"] for row in _rows("publishers.csv")}


@cache
def _published() -> dict[str, dict[str, Any]]:
    found = tomllib.loads((_DATA / "published.toml").read_text(encoding="utf-8"))
    return {entry["slug"]: entry for entry in found["dataset"]}


def _rows(name: str) -> list[dict[str, str]]:
    with (_DATA / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def _list(cell: str) -> tuple[str, ...]:
    return tuple(filter(None, cell.split("|")))
