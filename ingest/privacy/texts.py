"""Personal data in what a release tells beside its rows: titles, banners, headings, names of sheets, notes, sums.

All of it is masked before anything is kept. The clear text waits in the draft's cells file, beside the raw cells, and
leaves it when the steward decides to mask or to drop.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from ingest.cells import ABOUT, OPTIONS, iter_cells, read_about
from ingest.privacy.hits import find_hits, mask_text

if TYPE_CHECKING:
    from ingest.outcome import Outcome

TEXTS = "texts"  # where a cells file holds them: place -> [clear, masked]
_SHOWN = 200  # characters of an example


@dataclass(frozen=True)
class Text:
    """One text that holds personal data; `place` names it in decisions: `title:data`, `note:2`."""

    place: str
    clear: str
    masked: str
    kinds: tuple[str, ...]
    sheet: str | None = None

    @property
    def example(self) -> str:
        """What may be shown of it."""
        return self.masked[:_SHOWN]


@dataclass
class Told:
    """What a release tells beside its rows, as JSON data, for changing."""

    tables: list[dict[str, Any]]
    notes: list[str] = field(default_factory=list)
    totals: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.tables, self.notes, self.totals = deepcopy((self.tables, self.notes, self.totals))

    def table(self, name: str) -> dict[str, Any]:
        """The table of that name; of one that is gone nothing is kept."""
        return next((one for one in self.tables if one["name"] == name), {})


def is_text(name: str) -> bool:
    """Whether a decision on this name is about a text, not about a column: no field's name has a colon."""
    return ":" in name


def text_of(place: str, clear: str, sheet: str | None, context: frozenset[str] = frozenset()) -> Iterator[Text]:
    """The text, if it holds personal data."""
    masked = mask_text(clear, context)
    if masked != clear:
        kinds = tuple(dict.fromkeys(hit.kind for hit in find_hits(clear, context))) or ("person_name",)
        yield Text(place, clear, masked, kinds, sheet)


def list_texts(outcome: Outcome, contexts: Mapping[tuple[str, str], frozenset[str] | None]) -> list[list[Text]]:
    """For each table the texts that its cells file is to hold; `contexts`: table and field -> what a sum may hold.

    Notes and sums are of the whole release, and stand with the first table. A column that is decided on itself has
    None: its sums stay masked.
    """
    found = []
    for typed in outcome.tables:
        table, name = typed.table, typed.table.name
        texts = list(text_of(f"title:{name}", table.title, table.sheet))
        for number, banner in enumerate(table.origin.get("banners", ()), start=1):
            if banner != table.title:  # else it is decided on with the title
                texts += text_of(f"banner:{name}:{number}", banner, table.sheet)
        for place, clear in typed.covered.items():
            texts += text_of(place, clear, table.sheet)
        found.append(texts)
    for number, note in enumerate(outcome.notes, start=1):
        found[0] += text_of(f"note:{number}", note, None)
    for number, total in enumerate(outcome.totals, start=1):
        for name, value in total["values"].items():
            if (context := contexts.get((total["table"], name), frozenset())) is not None:
                found[0] += text_of(f"total:{number}:{mask_text(name)}", value, total["sheet"], context)
    return found


def hold_texts(cells: Path, texts: Iterable[Text], target: Path) -> Path:
    """The cells file with these texts in it; as it stands where there are none."""
    held = {one.place: [one.clear, one.masked] for one in texts}
    return _rewritten(cells, {TEXTS: held}, target) if held else cells


def read_texts(cells: Path) -> dict[str, tuple[str, str]]:
    """Place -> the clear text and the masked one, of the texts that a cells file holds."""
    return {place: (clear, masked) for place, (clear, masked) in read_about(cells).get(TEXTS, {}).items()}


def forget_texts(cells: Path, places: Iterable[str], target: Path) -> Path | None:
    """The cells file without these texts, or None where it holds none of them."""
    held = read_about(cells).get(TEXTS, {})
    kept = {place: text for place, text in held.items() if place not in set(places)}
    return _rewritten(cells, {TEXTS: kept}, target) if len(kept) < len(held) else None


def _rewritten(cells: Path, changes: Mapping[str, Any], target: Path) -> Path:
    text = json.dumps({**read_about(cells), **changes}, ensure_ascii=False, sort_keys=True).encode()
    with pa.OSFile(str(cells)) as source:
        schema = pa.ipc.open_file(source).schema.with_metadata({ABOUT: text})
    with pa.OSFile(str(target), "wb") as file, pa.ipc.new_file(file, schema, options=OPTIONS) as writer:
        for batch in iter_cells(cells):
            writer.write_batch(batch.replace_schema_metadata(schema.metadata))
    return target


# What becomes of a text ----------------------------------------------------------------------------------------------


def settle_text(told: Told, place: str, text: tuple[str, str], action: str) -> None:
    """Put the text in its place as it was decided: masked, in the clear, or not at all."""
    kind, *path = place.split(":", 2)
    _SETTLE[kind](told, path, {"publish": text[0], "mask": text[1]}.get(action, ""))


def _title(told: Told, path: list[str], new: str) -> None:
    if table := told.table(path[0]):
        old, table["title"] = table["title"], new or table["sheet"] or path[0]
        origin = table["origin"]
        origin["banners"] = [new if banner == old else banner for banner in origin.get("banners", ())]


def _banner(told: Told, path: list[str], new: str) -> None:
    if table := told.table(path[0]):
        table["origin"]["banners"][int(path[1]) - 1] = new


def _sheet(told: Told, path: list[str], new: str) -> None:
    if table := told.table(path[0]):
        old, table["sheet"] = table["sheet"], new or None
        if table["title"] == old:
            table["title"] = new or path[0]
        for total in told.totals:
            total["sheet"] = table["sheet"] if total["sheet"] == old else total["sheet"]


def _heading(told: Told, path: list[str], new: str) -> None:
    table = told.table(path[0])
    own = next((one for one in table.get("fields", ()) if one["name"] == path[1]), None)
    if own is None:  # the column is dropped
        return
    new, headers, formulas = new or path[1], table["origin"]["headers"], table["origin"].get("formulas", {})
    old, headers[path[1]] = headers[path[1]], new
    if own["title"] == old:
        own["title"] = new
    if old in formulas:
        formulas[new] = formulas.pop(old)


def _note(told: Told, path: list[str], new: str) -> None:
    told.notes[int(path[0]) - 1] = new


def _total(told: Told, path: list[str], new: str) -> None:
    values = told.totals[int(path[0]) - 1]["values"]
    if path[1] in values:
        values[path[1]] = new


_SETTLE: Mapping[str, Callable[[Told, list[str], str], None]] = {
    "title": _title,
    "banner": _banner,
    "sheet": _sheet,
    "heading": _heading,
    "note": _note,
    "total": _total,
}
