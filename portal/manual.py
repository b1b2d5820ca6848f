"""What people read of the API beside its OpenAPI document: a guide, the tables of the row grammar, every error."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from markupsafe import Markup

from catalog.messages import LANGUAGES, table
from catalog.rows import limits
from catalog.rows.terms import FUNCTIONS, OPERATORS
from catalog.schema import FIELD_TYPES

_PAGE = Markup("""<!doctype html>
<html lang="zh-Hans">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>错误说明 · Errors</title>
</head>
<body>
<h1>错误说明 · Errors</h1>
{}
</body>
</html>
""")
_SECTION = Markup('<section id="{}">\n<h2><code>{}</code></h2>\n{}</section>\n')
_LINE = Markup('<p lang="{}">{}</p>\n')


def guide() -> str:
    """The first pages of the API's description, in Markdown."""
    text = (Path(__file__).parent / "guide.md").read_text(encoding="utf-8")
    return text + "\n### 运算符和函数 · Operators and functions\n\n" + "\n".join(row_tables())


def row_tables() -> Iterator[str]:
    """Operators, functions and bounds of row queries as Markdown, a line each."""
    yield "Filters are `field=value` or `field__operator=value`; repeat for AND.\n"
    yield from markdown_table(("operator", "meaning", *FIELD_TYPES))
    for operator in OPERATORS.values():
        yield markdown_row(f"`{operator.name}`", operator.meaning, *_marks(operator.types))
    yield "\nFunctions of `select`; those that need no group also stand in `group_by` and `order_by`.\n"
    yield from markdown_table(("function", "needs a group", "gives", *FIELD_TYPES))
    for function in FUNCTIONS.values():
        group = "yes" if function.aggregate else ""
        yield markdown_row(f"`{function.name}`", group, function.gives or "the field's type", *_marks(function.types))
    yield "\nHow much one query may ask for:\n"
    yield from markdown_table(("what", "at most"))
    for what, most in limits.BOUNDS:
        yield markdown_row(what, f"{most:,}")


def errors_page() -> str:
    """Every sentence by its code, in every language: where the `type` of a problem leads."""
    return _PAGE.format(Markup().join(_section(code, row) for code, row in sorted(table().items())))


def markdown_table(heads: tuple[str, ...]) -> Iterator[str]:
    """The first two lines of a table."""
    yield markdown_row(*heads)
    yield markdown_row(*("---" for _ in heads))


def markdown_row(*cells: str) -> str:
    """A line of a table."""
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"


def _section(code: str, row: dict[str, Any]) -> Markup:
    sentences = [row, row["remedy"]] if "remedy" in row else [row]
    lines = (_LINE.format(language, one[language]) for one in sentences for language in LANGUAGES)
    return _SECTION.format(code, code, Markup().join(lines))


def _marks(types: tuple[str, ...]) -> Iterator[str]:
    return ("✓" if one in types else "" for one in FIELD_TYPES)
