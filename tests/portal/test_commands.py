"""The command line: keys alone on standard output, sentences and exit codes that can be relied on."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import orjson
import pytest
from click.testing import CliRunner, Result
from sqlalchemy import text

from catalog.db import open_database
from portal import commands
from portal.commands import main
from tests.portal.conftest import settings_for

Run = Callable[..., Result]
CSV = b"name,value\na,1\nb,2\n"


@pytest.fixture
def run(tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a command in this process on a fresh database."""
    monkeypatch.setenv("PORTAL_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("PORTAL_DATABASE_URL", database_url)
    monkeypatch.setenv("PORTAL_SECRET_KEY", "a secret for tests, long enough.")

    def call(*words: str, code: int = 0) -> Result:
        monkeypatch.setattr("sys.argv", ["portal", *words])
        result = CliRunner().invoke(as_command(), [])
        assert result.exit_code == code, (result.output, result.exception)
        return result

    return call


def as_command() -> commands.click.Command:
    """`main` with its exit codes, as the runner wants it."""

    @commands.click.command()
    def whole() -> None:
        main()

    return whole


def lines(tmp_path: Path, *bodies: object) -> str:
    path = tmp_path / "catalogue.ndjson"
    path.write_bytes(b"\n".join(one if isinstance(one, bytes) else orjson.dumps(one) for one in bodies))
    return str(path)


def a_body(slug: str, **more: object) -> dict[str, object]:
    return {"slug": slug, "title": f"数据集 {slug}", "publisher": {"slug": "office", "title": "某局"}, **more}


def test_a_key_stands_alone_on_standard_output(run: Run) -> None:
    run("publisher", "create", "office", "--title", "某局", "--alias", "旧局")
    key = run("account", "create", "li", "--role", "steward", "--publisher", "office").stdout
    assert len(key.strip()) == 43
    assert run("account", "list").stdout.split() == ["li", "steward", "active", "office"]
    run("account", "revoke", "li")
    assert "revoked" in run("account", "list").stdout


def test_what_can_be_mended_is_a_sentence_and_exit_1(run: Run) -> None:
    result = run("account", "create", "li", "--role", "steward", "--publisher", "nobody", code=1)
    assert "nobody" in result.stderr
    assert result.stdout == ""
    run("publisher", "create", "No Slug", "--title", "x", code=1)


def test_misuse_is_exit_2(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    run("account", "create", "li", "--role", "boss", code=2)
    run("nothing", code=2)
    monkeypatch.setenv("PORTAL_SEARCHURL", "x")
    assert "PORTAL_SEARCH_URL" in run("account", "list", code=2).stderr


def test_an_import_keeps_good_lines_and_names_bad_ones(run: Run, tmp_path: Path) -> None:
    file = lines(
        tmp_path,
        a_body("one"),
        b"{broken",
        a_body("two", themes=["nothing"]),
        b"",
        [],
        a_body("three", level="L3"),
        a_body("four"),
    )
    result = run("dataset", "import", file, "--publish", code=1)
    numbers = [line.split(":")[0] for line in result.stderr.splitlines()[:4]]
    assert numbers == ["2", "3", "5", "6"]
    assert "2 created" in result.stderr
    assert run("search", "status").exit_code == 0
    assert "2" in run("search", "status").stdout


def test_an_import_twice_is_once_and_a_change_is_taken(run: Run, tmp_path: Path) -> None:
    moved = {"issued": "2018-01-02T03:04:05Z", "modified": "2019-01-02T03:04:05Z"}
    file = lines(tmp_path, a_body("one", **moved), a_body("two", tags=["a"]))
    run("dataset", "import", file)
    assert "2 as before" in run("dataset", "import", file).stderr
    assert "2 changed" in run("dataset", "import", file, "--publish").stderr
    changed = lines(tmp_path, a_body("one", **moved, tags=["b"]), {**a_body("two", tags=["a"]), "publisher": "office"})
    assert "1 changed, 1 as before" in run("dataset", "import", changed, "--publish").stderr
    assert run("verify").stdout == ""


def test_a_title_gives_the_slug_that_a_line_does_not(run: Run, tmp_path: Path) -> None:
    body = a_body("x")
    del body["slug"]
    run("dataset", "import", lines(tmp_path, body))
    run("ingest", csv_file(tmp_path), "--dataset", "shu-ju-ji-x")


def csv_file(tmp_path: Path, content: bytes = CSV) -> str:
    path = tmp_path / "data.csv"
    path.write_bytes(content)
    return str(path)


def test_a_file_is_taken_in_published_and_verified(run: Run, tmp_path: Path) -> None:
    run("dataset", "import", lines(tmp_path, a_body("one")))
    result = run("ingest", csv_file(tmp_path), "--dataset", "one", "--period", "2019", "--publish")
    assert "2 of 2 rows" in result.stderr
    again = json.loads(run("ingest", csv_file(tmp_path), "--dataset", "one", "--period", "2019", "--json").stdout)
    assert (again["state"], again["release"]) == ("succeeded", 1)
    assert run("verify").stdout == ""


def test_a_refused_file_is_exit_1_with_its_findings(run: Run, tmp_path: Path) -> None:
    run("dataset", "import", lines(tmp_path, a_body("one")))
    result = run("ingest", csv_file(tmp_path, b""), "--dataset", "one", code=1)
    assert result.stdout.startswith("error")
    run("ingest", csv_file(tmp_path), "--dataset", "two", code=1)
    run("ingest", csv_file(tmp_path), "--dataset", "one", "--encoding", "klingon", code=1)


def test_a_dry_run_keeps_nothing(run: Run, tmp_path: Path) -> None:
    run("dataset", "import", lines(tmp_path, a_body("one")))
    result = json.loads(run("ingest", csv_file(tmp_path), "--dataset", "one", "--dry-run", "--json").stdout)
    assert [one["name"] for one in result["result"]["tables"][0]["fields"]] == ["name", "value"]
    assert list((tmp_path / "files" / "uploads").glob("*/*")) == []


def test_a_dry_run_tells_what_would_change_in_the_published_release(run: Run, tmp_path: Path) -> None:
    run("dataset", "import", lines(tmp_path, a_body("one")))
    run("ingest", csv_file(tmp_path), "--dataset", "one", "--publish")
    told = run("ingest", csv_file(tmp_path, CSV + b"c,3\n"), "--dataset", "one", "--dry-run").stdout
    assert 'added\tdata\t{"_row":3,"name":"c","value":3}' in told


def test_verify_names_what_does_not_agree(run: Run, tmp_path: Path) -> None:
    run("dataset", "import", lines(tmp_path, a_body("one")))
    run("ingest", csv_file(tmp_path), "--dataset", "one", "--publish")
    release = next((tmp_path / "files" / "releases").glob("*/*"))
    release.write_bytes(b"changed")
    assert "is not what its digest says" in run("verify", code=1).stdout
    release.unlink()
    next((tmp_path / "files" / "uploads").glob("*/*")).unlink()
    next((tmp_path / "serving").glob("*/*.rows")).write_bytes(b"x")
    found = run("verify", code=1).stdout.splitlines()
    assert len(found) == 3


def test_verify_names_what_it_cannot_even_read_and_goes_on(run: Run, tmp_path: Path, database_url: str) -> None:
    run("dataset", "import", lines(tmp_path, a_body("one")))
    run("ingest", csv_file(tmp_path), "--dataset", "one", "--publish")
    engine = open_database(database_url)
    with engine.begin() as stolen:
        stolen.execute(text("UPDATE release SET tables = '[{}]'"))
    engine.dispose()
    found = run("verify", code=1).stdout
    assert "files: cannot be checked to the end" in found
    assert "release one/1: its content is" in found


def test_the_index_is_rebuilt_and_synced(run: Run, tmp_path: Path) -> None:
    run("dataset", "import", lines(tmp_path, a_body("one"), a_body("two")), "--publish")
    assert "2 documents" in run("search", "rebuild").stderr
    assert "0 documents" in run("search", "sync").stderr


def test_the_demonstration_is_loaded_once(run: Run) -> None:
    run("demo")
    run("demo")
    assert run("verify").stdout == ""


def test_migrate_says_so(run: Run) -> None:
    assert "up to date" in run("migrate").stderr


def test_a_database_elsewhere_is_not_migrated_by_the_way(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    settings = settings_for(tmp_path, "postgresql+psycopg://x")
    assert not settings.embedded
    assert settings_for(tmp_path, "sqlite:///x").embedded


def test_a_large_import_is_indexed_by_two_and_nothing_is_left(run: Run, tmp_path: Path) -> None:
    run("dataset", "import", lines(tmp_path, *(a_body(f"n-{number}") for number in range(2500))), "--publish")
    assert "datasets\t2500\nstale\t0" in run("search", "status").stdout


def test_a_declaration_file_is_looked_through_before_it_is_used(run: Run, tmp_path: Path) -> None:
    assert "land_supply.deal\t国有建设用地使用权成交公示\t1 tables" in run("schema", "list").output
    words = 'name = "parks.trees"\ntitle = { zh-Hans = "古树" }\n[[field]]\nname = "no"\ntype = "string"\n'
    good, bad = tmp_path / "good.toml", tmp_path / "bad.toml"
    good.write_text(words + 'title = { zh-Hans = "编号" }\n', encoding="utf-8")
    bad.write_text(words + 'titel = { zh-Hans = "编号" }\n', encoding="utf-8")
    assert run("schema", "check", str(good)).stdout == "parks.trees\t古树\t1 tables, 1 fields, 0 checks\n"
    told = run("schema", "check", str(good), str(bad), code=1).stderr
    assert told == f"{bad}: parks.trees: field no: there is no member titel; do you mean title?\n"


def test_what_a_declaration_makes_of_a_file_is_shown_and_nothing_is_kept(run: Run, tmp_path: Path) -> None:
    declared, table = tmp_path / "trees.toml", tmp_path / "古树.csv"
    declared.write_text(
        'name = "parks.trees"\ntitle = { zh-Hans = "古树" }\n[[field]]\nname = "height"\ntype = "decimal"\nunit = "m"\n'
        'title = { zh-Hans = "树高" }\n',
        encoding="utf-8",
    )
    table.write_text("编号\n1\n", encoding="utf-8")
    assert "没有一列对得上 parks.trees" in run("schema", "try", str(declared), str(table), code=1).stderr
    table.write_text("树高（米）,管养单位\n1.5,样例\n很高,样例\n合计,3\n", encoding="utf-8")
    tried = run("schema", "try", str(declared), str(table))
    assert tried.stdout == '{"table":"trees","height":"1.5"}\n{"table":"trees","height":null}\n'
    assert "error\tA3\tA3 不是数：“很高”。" in tried.stderr
