"""Reads the values that search may find inside of a release: of text columns with few different ones, never persons."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator

from catalog.errors import PortalError
from catalog.rows.engine import RowFiles, read_page
from catalog.rows.query import parse_query
from catalog.schema import Field, Table
from search.inside import Cell

MOST_ROWS = 50_000  # of a table that is looked at
MOST_COLUMNS = 12
MOST_DISTINCT = 1_000  # values of one column; one with more is no list of names
TYPES = ("string",)
PERSONS = re.compile(
    "姓名|联系人|負責人|负责人|经办|經辦|申请人|申請人|当事人|當事人|受让人|受讓人|竞得人|競得人|买受人|持证人|户主|戶主|法人|代表人|"
    "电话|電話|手机|手機|联系方式|聯絡|身份证|身分證|证件|證件|邮箱|信箱|住址|住所|账号|帳號|账户|帳戶|grantee|contact|phone|mail",
    re.IGNORECASE,
)
PERSONAL = re.compile(r"1[3-9]\d{9}|\d{15}|\d{17}[\dXx]|@")  # phones, identity numbers, mail addresses
log = logging.getLogger(__name__)


def cells_of(table: Table, files: Callable[[Table], RowFiles]) -> Iterator[Cell]:
    """The different values of each small column, with how many rows have it; a table that cannot be read has none."""
    if table.rows > MOST_ROWS:
        return
    fields = [one for one in table.fields if one.type in TYPES and not PERSONS.search(f"{one.title} {one.name}")]
    for field in fields[:MOST_COLUMNS]:
        try:
            yield from _column(files(table), field)
        except PortalError as error:
            log.warning("the values of %s in %s could not be read: %s", field.name, table.name, error)


def _column(files: RowFiles, field: Field) -> Iterator[Cell]:
    params = [("select", f"{field.name},count(*) as rows"), ("group_by", field.name), ("limit", str(MOST_DISTINCT))]
    page = read_page(files, parse_query(params, files.table))
    if page.next_after is not None:
        return
    for row in page.rows:
        value, rows = row[-2], row[-1]
        if isinstance(value, str) and value.strip() and not PERSONAL.search(value):
            yield Cell(field.name, field.title, value.strip(), int(rows))
