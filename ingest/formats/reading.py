"""From a stored file to its raw sheets: what it is, how it is encoded, and the reader that fits."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path

from catalog.errors import nearest
from ingest.encoding import Decision, decide, to_utf8
from ingest.findings import INFO, WARNING, Finding, Refused
from ingest.formats.bundle import Member, unpack
from ingest.formats.delimited import read_delimited
from ingest.formats.jsonrows import read_json
from ingest.formats.kinds import BUNDLE, MARKUP, WORKBOOK, kind_of
from ingest.formats.pages import read_page
from ingest.formats.workbook import MARKUP_CHILD, read_workbook
from ingest.progress import Tell
from ingest.raw import RawSheet

_JSON = re.compile(r"\s*(?:\[\s*(?:[\[{\]]|$)|\{\s*(?:[\"}]|$))")
_LINES = (".ndjson", ".jsonl")
_NO_TABLES = frozenset({"not_a_table", "file_empty", "file_of_nulls", "sheet_empty"})


@dataclass(frozen=True)
class Asked:
    """What the steward says of how to read: which sheet or member, and in which encoding."""

    sheet: str | None = None
    encoding: str | None = None


@dataclass(frozen=True)
class Reading:
    """The raw sheets, the encoding of the text they came from (None for workbooks), and what is to be said of it."""

    sheets: tuple[RawSheet, ...]
    encoding: str | None = None
    findings: tuple[Finding, ...] = ()


def read_file(
    source: Path, filename: str, workdir: Path, tell: Tell, *, sheet: str | None, encoding: str | None
) -> Reading:
    """All rows of the file as text. Raises Refused."""
    asked = Asked(sheet, encoding)
    if kind_of(source) == BUNDLE:
        return _read_bundle(source, workdir, tell, asked)
    return _read_single(source, filename, workdir, tell, asked)


def _read_single(source: Path, filename: str, workdir: Path, tell: Tell, asked: Asked) -> Reading:
    kind = kind_of(source)
    if kind == BUNDLE:
        raise Refused("not_a_table", kind="ZIP")
    if kind == WORKBOOK:
        book = read_workbook(source, workdir, tell, sheet=asked.sheet)
        return Reading(book.sheets, None, book.findings)
    text, decision = to_utf8(source, workdir / "text.utf8", decide(source, asked.encoding))
    public, said = _public_name(decision.encoding), _encoding_findings(decision)
    if kind == MARKUP:
        book = read_workbook(text, workdir, tell, sheet=asked.sheet, child=MARKUP_CHILD)
        return Reading(book.sheets, public, said + book.findings)
    target = workdir / "raw.arrow"
    if _is_json(text):
        raw = read_json(text, target, tell, lines=filename.lower().endswith(_LINES))
    else:
        raw = read_page(text, target, tell) or read_delimited(text, target, tell)
    return Reading((raw,), public, said)


def _read_bundle(source: Path, workdir: Path, tell: Tell, asked: Asked) -> Reading:
    """The table files of a ZIP: the asked one, or all; what is no table beside them is named."""
    members = unpack(source, workdir)
    chosen, asked = _choose(members, asked)
    readings: list[Reading] = []
    left: list[str] = []
    for place, member in enumerate(chosen):
        folder = workdir / f"read{place}"
        folder.mkdir()
        try:
            reading = _read_single(member.path, member.name, folder, tell, asked)
        except Refused as refused:
            if refused.finding.code not in _NO_TABLES or len(chosen) == 1:
                raise
            left.append(member.name)
        else:
            readings.append(_named(reading, member))
    return _together(readings, left)


def _choose(members: tuple[Member, ...], asked: Asked) -> tuple[tuple[Member, ...], Asked]:
    """The members to read. A name that is no member's is a sheet of the only workbook."""
    named = tuple(one for one in members if asked.sheet in (one.name, one.stem, Path(one.name).name))
    if asked.sheet is None or named:
        return named or members, replace(asked, sheet=None)
    if len(members) == 1:
        return members, asked
    names = [one.name for one in members]
    raise Refused(
        "sheet_unknown",
        name=asked.sheet[:60],
        near=nearest(asked.sheet, names) or names[0],
        known="、".join(names[:20]),
    )


def _named(reading: Reading, member: Member) -> Reading:
    """Sheets without a name are called as their file is; those of one of several workbooks keep theirs."""
    return replace(reading, sheets=tuple(replace(one, name=one.name or member.stem) for one in reading.sheets))


def _together(readings: list[Reading], left: list[str]) -> Reading:
    if not readings:
        raise Refused("not_a_table", kind="ZIP")
    said = tuple(finding for one in readings for finding in one.findings)
    if left:
        said += (Finding(INFO, "other_sheets", {"names": "、".join(left[:20]), "count": len(left)}),)
    encodings = {one.encoding for one in readings} - {None}
    encoding = encodings.pop() if len(encodings) == 1 else None
    return Reading(tuple(sheet for one in readings for sheet in one.sheets), encoding, said)


def _is_json(text: Path) -> bool:
    with text.open(encoding="utf-8-sig", errors="replace") as source:
        return _JSON.match(source.read(256)) is not None


def _public_name(codec: str) -> str:
    return {"utf-8-sig": "utf-8", "big5hkscs": "big5-hkscs"}.get(codec, codec)


def _encoding_findings(decision: Decision) -> tuple[Finding, ...]:
    params = {"encoding": _public_name(decision.encoding), "margin": decision.margin, "replaced": decision.replaced}
    if decision.replaced:
        return (Finding(WARNING, "encoding_lossy", params, count=decision.replaced),)
    if decision.how == "score" and decision.margin < 0.2:
        return (Finding(WARNING, "encoding_unsure", params),)
    return (
        () if params["encoding"] == "utf-8" and decision.how != "stated" else (Finding(INFO, "encoding_found", params),)
    )
