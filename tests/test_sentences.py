"""The tables of sentences: complete in three languages, each in its own script, and fitting the code that uses them."""

from __future__ import annotations

import ast
import re
import string
import tomllib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from catalog.messages import LANGUAGES

ROOT = Path(__file__).parents[1]
PACKAGES = ("catalog", "ingest", "search", "portal")
BASES = ("PortalError", "Refused")  # classes whose first argument is a code; those that derive from them are found
NOT_FILLED = {  # arguments beside a code that its sentence does not get
    "PortalError": {"places", "retry_after"},
    "Refused": {"sheet", "row", "column", "cell", "raw"},
}
ALSO_IN_BIG5 = set("个万与体无号礼宁")  # Simplified characters that the Traditional character set happens to have
CJK = re.compile(r"[\u3400-\u9fff]")


@dataclass(frozen=True)
class Use:
    """One place of the code that names a code of a sentence; `names` is None where it cannot be read off."""

    place: str
    code: str
    names: frozenset[str] | None


def sentences() -> Iterator[tuple[str, dict[str, str]]]:
    """Every code with its sentences; a remedy counts as a code of its own, `code.remedy`."""
    for package in PACKAGES:
        for code, row in read_table(package).items():
            yield code, {name: words for name, words in row.items() if isinstance(words, str)}
            if "remedy" in row:
                yield f"{code}.remedy", row["remedy"]


def read_table(package: str) -> dict[str, dict[str, Any]]:
    path = ROOT / package / "data" / "messages.toml"
    return tomllib.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}


SENTENCES = dict(sentences())


def placeholders(template: str) -> set[str]:
    """The names to be filled in; a format such as `{rows:,}` belongs to its name."""
    return {re.split(r"[.\[]", name)[0] for _, name, _, _ in string.Formatter().parse(template) if name}


def trees() -> Iterator[tuple[str, ast.Module]]:
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            yield path.relative_to(ROOT).as_posix(), ast.parse(path.read_text(encoding="utf-8"))


TREES = dict(trees())


def error_classes() -> dict[str, str]:
    """Every class that is raised with a code, and the base that it comes from."""
    found = {base: base for base in BASES}
    classes = [node for tree in TREES.values() for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    for _ in range(4):  # deep enough for a hierarchy in any order
        for node in classes:
            for base in node.bases:
                if isinstance(base, ast.Name) and base.id in found:
                    found.setdefault(node.name, found[base.id])
    return found


ERRORS = error_classes()


def uses() -> Iterator[Use]:
    """Every use of a code that is written out: say(), an error, an error .at() a place, a Finding."""
    for path, tree in TREES.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and (found := code_of(node)):
                code, names = found
                yield Use(f"{path}:{node.lineno}", code, names)


def code_of(call: ast.Call) -> tuple[str, frozenset[str] | None] | None:
    """The code that a call names, and the parameters that it gives."""
    match call.func:
        case ast.Name(id="say"):
            return written(call, 0, set())
        case ast.Name(id="Finding"):
            return in_finding(call)
        case ast.Name(id=name) if name in ERRORS:
            return written(call, 0, NOT_FILLED[ERRORS[name]])
        case ast.Attribute(attr="at", value=ast.Name(id=name)) if name in ERRORS:
            return written(call, 1, set())
    return None


def written(call: ast.Call, position: int, besides: set[str]) -> tuple[str, frozenset[str] | None] | None:
    if len(call.args) <= position:
        return None
    code = call.args[position]
    if not (isinstance(code, ast.Constant) and isinstance(code.value, str)):
        return None
    names = [one.arg for one in call.keywords]
    return code.value, None if None in names else frozenset(one for one in names if one) - besides


def in_finding(call: ast.Call) -> tuple[str, frozenset[str] | None] | None:
    """A Finding's parameters are a dictionary: the third argument, or `params`."""
    if not (found := written(call, 1, set())):
        return None
    given = [*call.args[2:3], *(one.value for one in call.keywords if one.arg == "params")]
    if not given:
        return found[0], frozenset()
    if isinstance(given[0], ast.Dict) and all(isinstance(key, ast.Constant) for key in given[0].keys):
        return found[0], frozenset(str(key.value) for key in given[0].keys if isinstance(key, ast.Constant))
    return found[0], None


USES = list(uses())


def test_every_code_that_is_used_has_its_sentence() -> None:
    assert [f"{use.place} {use.code}" for use in USES if use.code not in SENTENCES] == []


def test_every_sentence_gets_what_it_wants_to_tell() -> None:
    lacking = [
        f"{use.place} {use.code} lacks {lack}"
        for use in USES
        for code in (use.code, f"{use.code}.remedy")
        if use.names is not None and (lack := sorted(placeholders(SENTENCES.get(code, {}).get("en", "")) - use.names))
    ]
    assert lacking == []


def test_every_sentence_is_used() -> None:
    nodes = [node for tree in TREES.values() for node in ast.walk(tree)]
    words = {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    made = [re.compile(one) for node in nodes if isinstance(node, ast.JoinedStr) and (one := pattern(node))]
    data = "\n".join(path.read_text("utf-8") for path in ROOT.glob("*/**/data/**/*.toml") if path.stem != "messages")
    unused = [code for code in SENTENCES if code not in words and f'"{code}"' not in data]
    assert [
        one for one in unused if not one.endswith(".remedy") and not any(form.fullmatch(one) for form in made)
    ] == []


def pattern(node: ast.JoinedStr) -> str:
    """The codes that an f-string can make, such as `job_[a-z]+` for `f"job_{state}"`; empty where it makes none."""
    parts = [str(one.value) if isinstance(one, ast.Constant) else "" for one in node.values]
    telling = "_" in "".join(parts) and len("".join(parts)) > 4 and re.fullmatch(r"[a-z_]+", "".join(parts))
    return "".join(one or "[a-z]+" for one in parts) if telling else ""


def test_no_code_stands_in_two_tables() -> None:
    counted = Counter(code for package in PACKAGES for code in read_table(package))
    assert [code for code, times in counted.items() if times > 1] == []


@pytest.mark.parametrize("code", SENTENCES)
def test_a_sentence_is_there_in_all_languages_and_names_the_same_things(code: str) -> None:
    row = SENTENCES[code]
    assert set(row) == set(LANGUAGES)
    assert all(row.values())
    assert len({frozenset(placeholders(words)) for words in row.values()}) == 1


@pytest.mark.parametrize("code", SENTENCES)
def test_a_sentence_keeps_to_its_script(code: str) -> None:
    row = SENTENCES[code]
    simplified, traditional = (CJK.findall(row[name]) for name in ("zh-Hans", "zh-Hant"))
    assert [one for one in simplified if not encodes(one, "gb2312")] == []
    assert [one for one in traditional if not encodes(one, "big5") or one in ALSO_IN_BIG5] == []
    if not code.endswith(".remedy"):  # a remedy may show the very words to write
        assert CJK.findall(row["en"]) == []


def encodes(character: str, charset: str) -> bool:
    """Whether the character set of one script has the character: GB 2312 is Simplified, Big5 Traditional."""
    return bool(character.encode(charset, errors="ignore"))
