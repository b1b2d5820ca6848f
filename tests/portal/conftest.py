"""The application in this process, on a fresh database of each kind, with one account of each role."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func
from werkzeug.test import TestResponse

from catalog.db import session
from catalog.models import Audit, Dataset
from ingest.worker import run_next
from portal.app import create_app
from portal.context import House
from portal.settings import Settings
from tests.factories import OFFICE, a_key, a_publisher

PARCELS = (
    "地块编号,项目名称,街道,联系人,面积\n越城区P2019-12号,镜湖商务中心,灵芝街道,甲某某,42538.29\n"
    "柯桥区G-33,轻纺数字物流港,柯岩街道,乙某某,80\n柯桥区G-34,轻纺数字物流港,柯岩街道,乙某某,90\n"
).encode()
ROLES = ("steward", "reviewer", "admin")


def settings_for(data_dir: Path, database_url: str, **changes: Any) -> Settings:
    """Settings of a portal whose files lie in `data_dir`."""
    known: dict[str, Any] = {
        "data_dir": data_dir,
        "database_url": database_url,
        "search_url": "embedded:",
        "storage_url": (data_dir / "files").as_uri(),
        "base_url": "",
        "secret_key": "a secret for tests, long enough.",
        "rate_limit": None,
        "upload_limit": 1 << 20,
    }
    return Settings(**{**known, **changes})


@pytest.fixture
def app(tmp_path: Path, database_url: str) -> Iterator[Flask]:
    made = create_app(settings_for(tmp_path, database_url))
    yield made
    made.extensions["house"].close()


@pytest.fixture
def house(app: Flask) -> House:
    found: House = app.extensions["house"]
    return found


@dataclass
class Api:
    """A reader or writer of the API: paths below /api/v1, the key of its role on every call."""

    client: FlaskClient
    house: House
    key: str = ""

    def call(self, method: str, path: str, **options: Any) -> TestResponse:
        headers = dict(options.pop("headers", {}))
        if self.key:
            headers["Authorization"] = f"Bearer {self.key}"
        with self.client.open(f"/api/v1{path}", method=method, headers=headers, **options) as answer:
            answer.get_data()  # all of it, so that a download's file is closed
        return answer

    def get(self, path: str, **options: Any) -> TestResponse:
        return self.call("GET", path, **options)

    def post(self, path: str, json: Any = None, **options: Any) -> TestResponse:
        return self.call("POST", path, json={} if json is None and "data" not in options else json, **options)

    def act(self, slug: str, act: str, json: Any = None) -> TestResponse:
        """An act with the dataset's present ETag."""
        etag = self.get(f"/datasets/{slug}").headers["ETag"]
        return self.post(f"/datasets/{slug}/{act}", json, headers={"If-Match": etag})

    def register(self, **body: Any) -> str:
        """Register a dataset; its slug."""
        answer = self.post("/datasets", {"title": "地方政府债务余额", "publisher": OFFICE, **body})
        assert answer.status_code == 201, answer.text
        slug: str = answer.json["slug"]
        return slug

    def upload(self, slug: str, content: bytes, name: str = "data.csv", query: str = "", **form: str) -> TestResponse:
        """Upload a file."""
        parts = {f'name="file"; filename="{name}"': content} | {f'name="{key}"': form[key].encode() for key in form}
        body = b"".join(
            f"--mark\r\nContent-Disposition: form-data; {head}\r\n\r\n".encode() + value + b"\r\n"
            for head, value in parts.items()
        )
        kind = "multipart/form-data; boundary=mark"
        return self.call("POST", f"/datasets/{slug}/releases{query}", data=body + b"--mark--\r\n", content_type=kind)

    def ingest(self, slug: str, content: bytes, name: str = "data.csv", query: str = "", **form: str) -> dict[str, Any]:
        """Upload a file and let a worker take it in; the job at its end."""
        answer = self.upload(slug, content, name, query, **form)
        assert answer.status_code in (200, 202), answer.text
        while run_next(self.house.workshop()):
            pass
        job: dict[str, Any] = self.get(f"/jobs/{answer.json['id']}").json
        return job


def apis(app: Flask) -> dict[str, Api]:
    """An Api for each role, and `public` for anybody."""
    house: House = app.extensions["house"]
    with house.writing() as opened:
        a_publisher(opened)
        offices = {"steward": [OFFICE]}
        keys = {one: a_key(opened, f"a-{one}", one, offices.get(one, ())) for one in ROLES}
    return {"public": Api(app.test_client(), house)} | {
        role: Api(app.test_client(), house, key) for role, key in keys.items()
    }


@pytest.fixture
def api(app: Flask) -> dict[str, Api]:
    """A portal of the test's own, by role."""
    return apis(app)


@pytest.fixture(scope="module")
def shared(shared_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Api]]:
    """A portal that tests of a module share since they only read, by role; with `unchanged`, which sees to that."""
    made = create_app(settings_for(tmp_path_factory.mktemp("portal"), shared_url))
    yield apis(made)
    made.extensions["house"].close()


@pytest.fixture
def unchanged(shared: dict[str, Api]) -> Iterator[None]:
    """Fails a test that added an act or a dataset to the portal that others share."""

    def counted() -> list[int]:
        with session(shared["public"].house.engine) as opened:
            return [opened.query(func.count()).select_from(one).scalar() or 0 for one in (Audit, Dataset)]

    before = counted()
    yield
    assert counted() == before


def publish(api: dict[str, Api], slug: str) -> None:
    """Submit and approve."""
    for who, act in (("steward", "submit"), ("reviewer", "approve")):
        answer = api[who].act(slug, act)
        assert answer.status_code == 200, answer.text


def publish_file(api: dict[str, Api], content: bytes, **body: Any) -> str:
    """Register a dataset, take in the file and publish it; its slug."""
    slug = api["steward"].register(**body)
    api["steward"].ingest(slug, content)
    publish(api, slug)
    return slug


def assert_problem(answer: Any, status: int, place: str | None = None) -> dict[str, Any]:
    """That an answer is a problem with its sentence; its body."""
    assert answer.status_code == status, answer.text
    assert answer.content_type == "application/problem+json"
    body: dict[str, Any] = answer.json
    assert set(body) == {"type", "title", "status", "detail", "errors", "request_id"}
    assert body["detail"]
    assert body["request_id"] == answer.headers["X-Request-Id"]
    if place is not None:
        assert place in body["errors"], body
    return body


def publish_parcels(api: dict[str, Api]) -> str:
    """A published dataset whose rows have names of their own, beside two others."""
    for slug, title in (("toilets", "绍兴市公厕名录"), ("debt", "柯桥区地方政府债务余额（2019年）")):
        api["steward"].register(title=title, slug=slug, regions=["330603"] if slug == "debt" else ["330600"])
        publish(api, slug)
    made = api["steward"].register(title="国有建设用地供应结果", slug="supply", regions=["330602"])
    assert api["steward"].ingest(made, PARCELS)["state"] == "succeeded"
    publish(api, made)
    return made


def find(api: Api, q: str, **more: Any) -> Any:
    """The whole answer to a question."""
    answer = api.get("/datasets", query_string={"q": q, **more})
    assert answer.status_code == 200, answer.text
    return answer.json
