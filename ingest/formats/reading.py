"""From a stored file to its raw sheet: what it is, how it is encoded, and the reader that fits."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from ingest.encoding import Decision, decide, to_utf8
from ingest.findings import INFO, WARNING, Finding
from ingest.formats.delimited import read_delimited
from ingest.formats.jsonrows import read_json
from ingest.formats.kinds import WORKBOOK, kind_of
from ingest.formats.workbook import read_workbook
from ingest.progress import Tell
from ingest.raw import RawSheet

_JSON = re.compile(r"\s*(?:\[\s*(?:[\[{\]]|$)|\{\s*(?:[\"}]|$))")
_LINES = (".ndjson", ".jsonl")


@dataclass(frozen=True)
class Reading:
    """A raw sheet, the encoding of the text it came from (None for workbooks), and what is to be said of it."""

    sheet: RawSheet
    encoding: str | None = None
    findings: tuple[Finding, ...] = ()


def read_file(
    source: Path, filename: str, workdir: Path, tell: Tell, *, sheet: str | None, encoding: str | None
) -> Reading:
    """All rows of the file as text. Raises Refused."""
    target = workdir / "raw.arrow"
    if kind_of(source) == WORKBOOK:
        return Reading(read_workbook(source, target, tell, sheet=sheet))
    text, decision = to_utf8(source, workdir / "text.utf8", decide(source, encoding))
    if _is_json(text):
        raw = read_json(text, target, tell, lines=filename.lower().endswith(_LINES))
    else:
        raw = read_delimited(text, target, tell)
    return Reading(raw, _public_name(decision.encoding), _encoding_findings(decision))


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
