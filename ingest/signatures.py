"""Lines in which a form names who filled it in: they are recognised so that nobody's name is kept."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ingest.nulls import strip

_WHO = (
    r"(?:填\s*[表报報]|审\s*核|審\s*核|制\s*表|製\s*表|复\s*核|覆\s*核|经\s*办|經\s*辦|统\s*计|联\s*系|聯\s*絡|聯\s*繫|编\s*制|签\s*发)\s*人(?:\s*员)?"
    r"|(?:制|製)\s*表|复\s*核|覆\s*核|审\s*核"
    r"|(?:单\s*位|财\s*务|项\s*目|部\s*门|分\s*管)?\s*(?:负\s*责|負\s*責)\s*人|(?:单\s*位|分\s*管|主\s*管)\s*领\s*导"
    r"|(?:联\s*系|聯\s*絡|办\s*公)?\s*(?:电\s*话|電\s*話|手\s*机|方\s*式)|传\s*真|邮\s*箱|[Ee]-?mail"
)
_WHEN = r"(?:填\s*[表报]|报\s*送|制\s*表|上\s*报)\s*(?:日\s*期|时\s*间)|签\s*字|盖\s*章|领导签字"
_BY = r"(?:填\s*[报表]|编\s*制|报\s*送|监\s*测|制\s*表)\s*(?:单\s*位|部\s*门|机\s*构)"  # no person, but no data either
# What a row must begin with to be such a line, as vectorised readers look for it.
PATTERN = rf"^\s*(?:{_WHO}|{_WHEN}|{_BY})\s*(?:[(（][^)）]{{0,8}}[)）])?\s*[:：]"
_ANYWHERE = re.compile(rf"(?:{_WHO})\s*(?:[(（][^)）]{{0,8}}[)）])?\s*[:：]")


def is_signature(texts: Sequence[str]) -> bool:
    """Whether the cells of a row that hold something are such a line: it begins with a label, or has one everywhere."""
    if not texts:
        return False
    if re.match(PATTERN, texts[0]):
        return True
    labelled = sum(":" in text or "：" in text for text in texts)
    return labelled == len(texts) and any(_ANYWHERE.search(text) for text in texts)


def without_persons(text: str) -> str:
    """A line up to the first label that a person's name or telephone follows."""
    return strip(_ANYWHERE.split(text, maxsplit=1)[0])
