"""What is no table, or not a safe one, is refused by a sentence that says where and what to do; the caller lives on."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.findings import Refused
from ingest.formats import archives
from ingest.formats.archives import check_archive
from ingest.formats.fence import Stop
from ingest.formats.workbook import Limits, read_workbook
from tests.ingest.taking import Taker
from tests.ingest.taking import workbook as make_workbook

PLAIN = make_workbook(("表", [["a", "b"], [1, 2]]))
SHEET = "xl/worksheets/sheet1.xml"


def with_sheet(pieces: Iterator[bytes]) -> bytes:
    """A workbook whose first sheet is made of these pieces."""
    target = io.BytesIO()
    new = zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1)
    with zipfile.ZipFile(io.BytesIO(PLAIN)) as old, new:
        for name in old.namelist():
            if name != SHEET:
                new.writestr(name, old.read(name))
        with new.open(SHEET, "w", force_zip64=True) as member:
            for piece in pieces:
                member.write(piece)
    return target.getvalue()


def sheet_of(rows: Iterator[bytes]) -> Iterator[bytes]:
    yield b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
    yield from rows
    yield b"</sheetData></worksheet>"


def bomb() -> Iterator[bytes]:
    block = b'<row><c t="inlineStr"><is><t>a</t></is></c></row>' * 20_000
    yield from (block for _ in range(1_400))


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "file_empty"),
        (b" \r\n\r\n\t", "file_empty"),
        (b",,\n,,\n", "file_empty"),
        (b"\0" * 5_000, "file_of_nulls"),
        ("名称,额\n".encode(), "header_only"),
        ("名称,额\n\n,\n".encode(), "header_only"),
        ("名称,额\n合计,3\n".encode(), "header_only"),
    ],
)
def test_a_file_without_rows_is_refused(take: Taker, content: bytes, code: str) -> None:
    assert take.refused(content).code == code


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"%PDF-1.7\n...", "PDF"),
        (b"\x89PNG\r\n\x1a\n....", "PNG"),
        (b"\x1f\x8b\x08\0....", "gzip"),
        (b"PAR1....", "Parquet"),
        (b"<!DOCTYPE html><html><p>nothing</p>", "HTML"),
        (b'<?xml version="1.0"?><Workbook/>', "XML"),
        (bytes(range(256)) * 20, "binary"),
    ],
)
@pytest.mark.parametrize("name", ["t.csv", "t.xlsx"])
def test_another_kind_of_file_is_called_by_its_name_whatever_its_extension(
    take: Taker, content: bytes, kind: str, name: str
) -> None:
    finding = take.refused(content, name)
    assert finding.code == "not_a_table"
    assert kind in finding.message()


def test_the_extension_does_not_matter_for_what_can_be_read(take: Taker) -> None:
    assert take(PLAIN, "表.csv").rows == take("a,b\n1,2\n", "表.xlsx").rows == [{"a": 1, "b": 2}]


@pytest.mark.parametrize(
    ("member", "kind"),
    [("word/document.xml", "DOCX"), ("mimetype", "OpenDocument"), ("a.pdf", "PDF")],
)
def test_other_archives_are_named(take: Taker, member: str, kind: str) -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr(
            member, {"mimetype": "application/vnd.oasis.opendocument.text", "a.pdf": "%PDF-1.7"}.get(member, "x")
        )
    assert kind in take.refused(target.getvalue()).message()


@pytest.mark.parametrize("keep", [0.3, 0.9])
def test_a_truncated_workbook_is_refused(take: Taker, keep: float) -> None:
    assert take.refused(PLAIN[: int(len(PLAIN) * keep)], "表.xlsx").code == "workbook_cut"


def test_a_damaged_workbook_is_refused(take: Taker) -> None:
    broken = with_sheet(iter([b"<worksheet><sheetData><row><c"]))
    assert take.refused(broken).code in ("workbook_broken", "sheet_empty")


def test_two_cells_at_the_far_corners_do_not_kill_the_worker(take: Taker) -> None:
    content = make_workbook(("表", [["a"]]), change=lambda book: book["表"].__setitem__("XFD1048576", "b"))
    assert len(content) < 6_000
    finding = take.refused(content)
    assert (finding.code, finding.cell) == ("sheet_extent", "XFD1048576")


def test_a_small_workbook_that_unpacks_to_more_than_a_gigabyte_is_refused(take: Taker) -> None:
    content = with_sheet(sheet_of(bomb()))
    assert len(content) < 16 << 20
    finding = take.refused(content)
    assert finding.code == "workbook_bomb"
    assert finding.params["mib"] > 1_024


def test_a_workbook_that_lies_about_its_size_is_caught(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "UNPACKED_LIMIT", 100)
    path = tmp_path / "t.xlsx"
    path.write_bytes(PLAIN)
    with pytest.raises(Stop) as caught:
        check_archive(path)
    assert caught.value.code == "workbook_bomb"


def bundled(method: int = zipfile.ZIP_DEFLATED) -> bytearray:
    """A ZIP of one table."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", method) as archive:
        archive.writestr("a.csv", "名,额\n" + "甲,1\n" * 200)
    return bytearray(target.getvalue())


def changed(content: bytearray, offset: int, value: int) -> bytes:
    """The same with a byte of its member's two heads changed; `offset` is that of the first of them."""
    content[offset] = value
    content[content.index(b"PK\x01\x02") + offset + 2] = value
    return bytes(content)


def test_an_archive_whose_members_are_locked_is_refused_as_that(take: Taker) -> None:
    assert take.refused(changed(bundled(), 6, 1), "t.zip").code == "workbook_locked"


def test_an_archive_packed_in_another_way_or_broken_inside_is_refused(take: Taker) -> None:
    assert take.refused(changed(bundled(), 8, 99), "t.zip").code == "workbook_cut"
    broken = bundled(zipfile.ZIP_LZMA)
    broken[60:80] = b"\xff" * 20
    assert take.refused(bytes(broken), "t.zip").code == "workbook_cut"


def test_a_member_without_a_name_is_no_file(take: Taker) -> None:
    nameless = bytes(bundled()).replace(b"a.csv", b"\0.csv")
    assert take.refused(nameless, "t.zip").code == "not_a_table"


def test_a_locked_workbook_is_refused(take: Taker) -> None:
    content = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le") + b"\0" * 600
    finding = take.refused(content, "表.xlsx")
    assert finding.code == "workbook_locked"
    assert "密码" in finding.remedy()


def test_an_old_document_is_named_and_a_broken_old_workbook_is_refused(take: Taker) -> None:
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600
    assert "DOC" in take.refused(head + "WordDocument".encode("utf-16-le")).message()
    assert take.refused(head).code == "workbook_broken"


@pytest.mark.parametrize("limits", [Limits(seconds=0), Limits(memory=2 << 20)], ids=["time", "memory"])
def test_a_workbook_that_takes_too_much_is_given_up(tmp_path: Path, limits: Limits) -> None:
    path = tmp_path / "t.xlsx"
    path.write_bytes(make_workbook(("表", [["a", "b"]] + [[f"{number}" * 20, number] for number in range(40_000)])))
    with pytest.raises(Refused) as caught:
        read_workbook(path, tmp_path, lambda _: None, limits=limits)
    assert caught.value.finding.code == "workbook_too_big"


def test_a_line_of_a_hundred_megabytes_is_refused_by_its_number(take: Taker) -> None:
    finding = take.refused(b"a,b\n1,2\n" + b"x" * (100 << 20))
    assert (finding.code, finding.row) == ("line_too_long", 3)


def test_a_quote_that_never_closes_is_refused(take: Taker) -> None:
    finding = take.refused('a,b\n1,"' + "x\n" * (9 << 20))
    assert (finding.code, finding.row) == ("quote_open", 2)


def test_a_table_of_too_many_columns_is_refused(take: Taker) -> None:
    assert take.refused(",".join(f"c{number}" for number in range(2_001)) + "\n" + "1," * 2_000 + "1\n").code == (
        "columns_too_many"
    )
