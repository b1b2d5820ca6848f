"""The application in this process, on a fresh database of each kind, with one account of each role."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from ingest.worker import run_next
from portal.app import create_app
from portal.context import House
from portal.settings import Settings
from tests.factories import OFFICE, a_key, a_publisher

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


@pytest.fixture
def api(app: Flask, house: House) -> dict[str, Api]:
    """An Api for each role, and `public` for anybody."""
    with house.writing() as opened:
        a_publisher(opened)
        offices = {"steward": [OFFICE]}
        keys = {one: a_key(opened, f"a-{one}", one, offices.get(one, ())) for one in ROLES}
    return {"public": Api(app.test_client(), house)} | {
        role: Api(app.test_client(), house, key) for role, key in keys.items()
    }


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
