"""Encodings are decided by content, and the decision, its margin and its losses are told."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest import encoding
from ingest.encoding import decide, to_utf8
from tests.ingest.taking import Taker

SIMPLIFIED = "行政区,项目名称,土地用途,成交价格(万元)\n越城区,样例工业园建设项目,工业用地,1250\n"
TRADITIONAL = "鄉鎮市區,交易標的,土地區段位置,總價元\n羅東鎮,土地,中正路段一小段,2500000\n"


@pytest.mark.parametrize(
    ("text", "codec", "name"),
    [
        (SIMPLIFIED, "utf-8", "utf-8"),
        (SIMPLIFIED, "utf-8-sig", "utf-8"),
        (SIMPLIFIED, "gb18030", "gb18030"),
        (TRADITIONAL, "big5", "big5-hkscs"),
        (TRADITIONAL, "gb18030", "gb18030"),
        (SIMPLIFIED, "utf-16", "utf-16"),
        ("a,b,c\n1,2,3\n4,5,6\n", "utf-16-le", "utf-16-le"),
        ("a,b,c\n1,2,3\n4,5,6\n", "utf-16-be", "utf-16-be"),
        (SIMPLIFIED, "utf-32", "utf-32"),
    ],
)
def test_the_encoding_is_found_by_content(take: Taker, text: str, codec: str, name: str) -> None:
    taken = take(text.encode(codec))
    assert taken.outcome.encoding == name
    assert [field.title for field in taken.table.fields] == text.split("\n")[0].split(",")


def test_big5_is_not_taken_for_gb18030_although_that_decodes_it_too(tmp_path: Path) -> None:
    source = tmp_path / "t"
    source.write_bytes((TRADITIONAL * 20).encode("big5"))
    source.read_bytes().decode("gb18030")
    decision = decide(source)
    assert decision.encoding == "big5hkscs"
    assert decision.margin > 0.5


def test_the_decision_and_its_margin_are_told(take: Taker) -> None:
    finding = take(SIMPLIFIED.encode("gb18030")).finding("encoding_found")
    assert finding.params["encoding"] == "gb18030"
    assert finding.params["margin"] > 0.2


def test_characters_that_cannot_be_decoded_are_counted(take: Taker) -> None:
    content = (SIMPLIFIED * 30).encode("gb18030") + b"\xff\xff,a,b,c\n"
    finding = take(content).finding("encoding_lossy")
    assert finding.level == "warning"
    assert finding.count == finding.params["replaced"] == 2


def test_a_broken_byte_in_utf8_does_not_make_it_another_encoding(take: Taker) -> None:
    content = (SIMPLIFIED * 30).encode() + b"\xff,a,b,c\n"
    taken = take(content)
    assert taken.outcome.encoding == "utf-8"
    assert taken.finding("encoding_lossy").count == 1


def test_the_steward_overrides_and_the_wider_codec_of_a_kind_is_used(take: Taker) -> None:
    assert take(SIMPLIFIED.encode("gb18030"), encoding="GB2312").outcome.encoding == "gb18030"
    assert take(TRADITIONAL.encode("big5"), encoding="big5").outcome.encoding == "big5-hkscs"
    assert take(SIMPLIFIED.encode(), encoding="utf8").outcome.encoding == "utf-8"


def test_an_unknown_encoding_is_refused_with_the_nearest_known(take: Taker) -> None:
    for name in ("gb180300", "base64", "\0"):
        assert take.refused(SIMPLIFIED, encoding=name).code == "encoding_unknown"
    assert "gb18030" in take.refused(SIMPLIFIED, encoding="gb180300").message()


def test_few_characters_leave_doubt(take: Taker) -> None:
    taken = take("a,b\né,2\n".encode("cp1252"))
    assert taken.findings("encoding_unsure") or taken.findings("encoding_lossy")


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=40))
def test_utf8_is_judged_as_python_judges_it(tmp_path: Path, content: bytes) -> None:
    source = tmp_path / "t"
    source.write_bytes(content)
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        valid = False
    else:
        valid = True
    chunk, encoding.CHUNK = encoding.CHUNK, 7
    try:
        assert encoding._is_utf8(source) is valid
    finally:
        encoding.CHUNK = chunk


@given(st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), max_size=30))
def test_transcoding_gives_the_text_back(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    folder = tmp_path_factory.mktemp("t")
    (folder / "s").write_bytes(text.encode("gb18030"))
    path, decision = to_utf8(folder / "s", folder / "u", decide(folder / "s", "gbk"))
    assert path.read_bytes().decode() == text
    assert decision.replaced == 0
