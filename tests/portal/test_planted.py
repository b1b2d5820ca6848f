"""Personal numbers in unusual places: blocked, decided, published; then everything public is searched for them."""

from __future__ import annotations

import io
import logging
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from catalog.rows.exports import EXPORTS
from portal.backup import back_up
from portal.context import House
from portal.logs import JsonLines
from tests.portal.conftest import Api, publish
from tests.portal.invented import NUMBER, leaks, seen
from tests.portal.planted import FILES, Planted

pytestmark = pytest.mark.unmeasured
INSIDE = (
    "<slug>",
    "releases",
    "<int:number>",
    "history",
    "privacy",
    "<job_id>",
    "findings",
    ".csv",
    ".xlsx",
)  # told more


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """One kind of database is enough here: what is kept is the same on both."""
    return sqlite_url


@pytest.fixture(autouse=True)
def lines(caplog: pytest.LogCaptureFixture) -> Iterator[list[str]]:
    """Every line of the log, as it would be written."""
    written: list[str] = []

    class Keeper(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            written.append(JsonLines().format(record))

    keeper = Keeper()
    logging.getLogger().addHandler(keeper)
    with caplog.at_level(logging.INFO):
        yield written
    logging.getLogger().removeHandler(keeper)


def decide(api: Api, slug: str, action: str) -> None:
    found = api.get(f"/datasets/{slug}/releases/1/privacy").json["columns"]
    decisions = {one["field"]: {"action": action, "ground": "法定公示"} for one in found}
    etag = api.get(f"/datasets/{slug}").headers["ETag"]
    path = f"/datasets/{slug}/releases/1/privacy"
    answer = api.call("PUT", path, json={"decisions": decisions}, headers={"If-Match": etag})
    assert answer.status_code == 200, answer.text


def of_dataset(api: Api, slug: str, job: str, paths: Iterable[str] | None = None) -> Iterator[tuple[str, bytes]]:
    """What every GET (or each of `paths`) answers about one dataset, files of other forms unpacked."""
    for path in routes(api) if paths is None else paths:
        own = path.replace("<slug>", slug).replace("<int:number>", "1").replace("<job_id>", job)
        for one in _addresses(own) if own != path else ():
            yield one, unpacked(api.get(one).data)


def of_all(api: Api) -> Iterator[tuple[str, bytes]]:
    """What every other GET answers."""
    for path in routes(api):
        if "<slug>" not in path and "<job_id>" not in path:
            for one in _addresses(path):
                yield one, api.get(one).data
    yield "docs", api.client.get("/openapi.json").data


def routes(api: Api) -> list[str]:
    """Every GET below /api/v1."""
    rules = api.client.application.url_map.iter_rules()
    gets = (one.rule for one in rules if "GET" in (one.methods or ()))
    return [one.removeprefix("/api/v1") for one in gets if one.startswith("/api/v1")]


def _addresses(path: str) -> Iterator[str]:
    if "<form>" in path:
        yield from (path.replace("<form>", form) for form in EXPORTS)
    elif "<row>" in path:
        yield from (path.replace("<row>", str(row)) for row in range(1, 4))
    elif path == "/datasets":
        yield from (f"/datasets?page_size=100&q={word}" for word in ("地块", "无", "备注"))
        yield "/datasets?facets=publisher,tag,theme"
    elif path == "/suggest":
        yield from (f"/suggest?q={word}" for word in (NUMBER[:8], "地", "s"))
    elif path.endswith("/changes"):
        yield f"{path}?from=1&to=1"
    else:
        yield path


def unpacked(data: bytes) -> bytes:
    """The text that bytes hold: Parquet and Arrow as values, the parts of a ZIP one after the other."""
    if data[:4] == b"PAR1":
        table = pq.read_table(io.BytesIO(data))
        return (str(table.to_pydict()) + str(table.schema.metadata)).encode()
    if data[:6] == b"ARROW1":
        reader = pa.ipc.open_file(io.BytesIO(data[: data.rindex(b"ARROW1") + 6]))  # a seal may follow
        return (str(reader.read_all().to_pydict()) + str(reader.schema.metadata)).encode()
    if data[:4] == b"PK\x03\x04":
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return b"\n".join(one.encode() + b"\n" + unpacked(archive.read(one)) for one in archive.namelist())
    return data


def files_of(folder: Path) -> Iterator[tuple[str, bytes]]:
    for path in folder.rglob("*"):
        if path.is_file():
            yield str(path), path.name.encode() + b"\n" + unpacked(path.read_bytes())


def found_in(pairs: Iterable[tuple[Any, bytes]]) -> dict[Any, list[str]]:
    return {name: found for name, data in pairs if (found := leaks(data))}


def on_record(house: House) -> Iterator[tuple[str, bytes]]:
    """Every row of every table of the database, whoever made it."""
    with house.engine.connect() as connection:
        names = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table'").scalars().all()
        for name in names:
            yield name, str(connection.exec_driver_sql(f'SELECT * FROM "{name}"').all()).encode()
    yield from files_of(house.settings.data_dir)


def is_upload(path: str) -> bool:
    return "/uploads/" in path


def test_nothing_public_holds_a_planted_number(
    api: dict[str, Api], house: House, lines: list[str], tmp_path: Path
) -> None:
    jobs = {f"planted-{place}": _take(api, f"planted-{place}", one) for place, one in enumerate(FILES)}
    names = dict(zip(jobs, (one.name for one in FILES), strict=True))
    told = {
        (names[slug], path): data for slug, job in jobs.items() for path, data in of_dataset(api["public"], slug, job)
    }
    for slug, job in jobs.items():
        inside = (path for path in routes(api["reviewer"]) if path.endswith(INSIDE))
        told |= {(names[slug], path): data for path, data in of_dataset(api["reviewer"], slug, job, inside)}
    assert found_in(told.items()) == {}
    assert [found_in(of_all(api[who])) for who in ("public", "reviewer")] == [{}, {}]
    kept = {name: found for name, found in found_in(on_record(house)).items() if not is_upload(name)}
    assert kept == {}
    assert leaks("\n".join(lines)) == []
    back_up(house, tmp_path / "backup")
    assert {name for name in found_in(files_of(tmp_path / "backup")) if not is_upload(name)} == set()


def _take(api: dict[str, Api], slug: str, planted: Planted) -> str:
    """Take a file in and, if it may be, publish it; what becomes of it on the way is what is said of it."""
    steward = api["steward"]
    steward.register(title="宗地表", slug=slug)
    job = steward.ingest(slug, planted.content, planted.name)
    assert job["state"] == "succeeded", (planted.name, job)
    if planted.end == "blocked":
        _see_that_it_waits(api, slug, job["id"], planted)
        decide(steward, slug, ("mask", "drop")[FILES.index(planted) % 2])
        assert api["steward"].get(f"/datasets/{slug}/rows").status_code == 200
    if planted.told:
        found = api["reviewer"].get(f"/jobs/{job['id']}/findings").json["items"]
        assert planted.told in {one["code"] for one in found}, (planted.name, found)
    publish(api, slug)
    name: str = job["id"]
    return name


def _see_that_it_waits(api: dict[str, Api], slug: str, job: str, planted: Planted) -> None:
    """It cannot be submitted; the reviewer is told where and what, masked."""
    for path in ("/rows", "/rows/1", "/export.csv", "/releases/1/profile"):
        api["steward"].get(f"/datasets/{slug}{path}")  # whatever caches these make must be gone later
        assert api["reviewer"].get(f"/datasets/{slug}{path}").status_code == (409 if planted.columns else 200)
    refused = api["steward"].act(slug, "submit")
    assert refused.status_code == 409, planted.name
    columns = api["reviewer"].get(f"/datasets/{slug}/releases/1/privacy").json["columns"]
    blocked = {one["field"] for one in columns if one["kind"] == "id_number"}
    assert {one for one in blocked if ":" in one} == set(planted.texts), (planted.name, columns)
    assert len(blocked) == planted.columns + len(planted.texts), (planted.name, columns)
    first = columns[0]
    assert all(one in refused.json["detail"] for one in (first["sheet"] or "", first["cell"] or "", "***"))
    found = api["reviewer"].get(f"/jobs/{job}/findings").json["items"]
    codes = {one["code"] for one in found}
    assert ("personal_data_found" in codes, "personal_text_found" in codes) == (
        planted.columns > 0,
        planted.texts != (),
    )
    marked = unpacked(api["reviewer"].get(f"/jobs/{job}/findings.xlsx").data)
    told = (refused.data, str(columns).encode(), str(found).encode(), marked)
    assert [leaks(data) for data in told] == [[]] * len(told), planted.name


def test_the_search_itself_finds_what_is_there() -> None:
    assert [one for one in FILES if not leaks(unpacked(one.content)) and not leaks(one.name)] == []
    assert NUMBER in seen(" ".join(NUMBER))


def test_what_is_published_with_a_ground_is_seen_by_the_search(api: dict[str, Api], house: House) -> None:
    slug = api["steward"].register(title="宗地表", slug="grounded")
    job = api["steward"].ingest(slug, FILES[1].content)
    decide(api["steward"], slug, "publish")
    publish(api, slug)
    paths = set(found_in(of_dataset(api["public"], slug, job["id"])))
    assert {f"/datasets/{slug}/export.{form}" for form in ("csv", "xlsx", "json", "ndjson", "parquet")} <= paths
    kinds = {Path(name).suffix for name in found_in(files_of(house.settings.data_dir))}
    assert {".parquet", ".arrow", ".rows"} <= kinds
