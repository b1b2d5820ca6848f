"""Requests that schemathesis makes from the API's own documents, right and wrong ones: none is answered otherwise than
the documents say.

A small number of each operation here; FUZZ_EXAMPLES (`make fuzz-api`) asks for more.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jsonschema_rs
import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import Case, GenerationMode
from schemathesis.core.parameters import ParameterLocation
from schemathesis.specs.openapi.checks import negative_data_rejection

from portal.app import create_app
from portal.migrate import upgrade
from tests.factories import OFFICE, a_key, a_publisher
from tests.portal.conftest import Api, publish, settings_for

pytestmark = pytest.mark.unmeasured

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "4"))
CSV = "区县,期间,余额(万元),编号,日期\n越城区,2019-Q3,120.5,007,2019-10-01\n上虞区,2019-Q4,,=1,2020-01-05\n".encode()
FUZZ = settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    derandomize=EXAMPLES < 10,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture
def house_of_one(tmp_path: Path) -> Iterator[tuple[Flask, str]]:
    """A portal with one published dataset and one that waits, and a job's number."""
    database = f"sqlite:///{tmp_path}/portal.db"
    upgrade(database)
    app = create_app(settings_for(tmp_path, database))
    house = app.extensions["house"]
    with house.writing() as opened:
        a_publisher(opened)
        roles = {"steward": [OFFICE], "reviewer": [], "admin": []}
        keys = {role: a_key(opened, f"a-{role}", role, own) for role, own in roles.items()}
    api = {role: Api(app.test_client(), house, key) for role, key in keys.items()}
    slug = api["steward"].register(title="绍兴市政府债务余额", slug="debt", themes=["finance"], regions=["330600"])
    job = api["steward"].ingest(slug, CSV)
    publish(api, slug)
    api["steward"].register(title="绍兴市地方债券", slug="bonds", themes=["finance"], regions=["330600"])
    yield app, job["id"]
    house.close()


def _aim(case: Case, job: str) -> None:
    """Let most paths lead somewhere: chosen at random they would all be 404."""
    given_parts = case.path_parameters
    places = {"slug": "debt", "number": 1, "job_id": job, "row": 2, "form": "csv", "format": "csv"}
    for name, real in places.items():
        if name in given_parts and len(str(given_parts[name])) % 4:
            given_parts[name] = real


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # its client leaves downloads open
@pytest.mark.parametrize("path", ["/openapi.json", "/api/v1/datasets/debt/openapi.json"])
@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
def test_every_request_is_answered_as_the_documents_say(
    house_of_one: tuple[Flask, str], path: str, mode: GenerationMode
) -> None:
    app, job = house_of_one
    document = schemathesis.openapi.from_wsgi(path, app)
    operations = [found.ok() for found in document.get_all_operations()]
    for number, operation in enumerate(sorted(operations, key=lambda one: one.method != "get")):  # changes come last
        with app.extensions["house"].writing() as opened:
            key = a_key(opened, f"asks-{number}", "admin")  # the one before may have ended its own
        seen = _ask(operation, mode, key, job)
        assert seen != {401} or operation.path.endswith("/sessions"), f"{operation.label} was asked without a key"


def _ask(operation: Any, mode: GenerationMode, key: str, job: str) -> set[int]:
    """The statuses of the answers, each of which is what the document says."""
    seen = set()

    @FUZZ
    @given(operation.as_strategy(generation_mode=mode))
    def ask(case: Case) -> None:
        _aim(case, job)
        headers = {"Authorization": f"Bearer {key}"}
        answer = case.call(headers=headers)
        right = _is_right_as_written(case, str(answer.request.url))
        case.validate_response(answer, headers=headers, excluded_checks=[negative_data_rejection] if right else [])
        seen.add(answer.status_code)

    ask()
    return seen


def _is_right_as_written(case: Case, url: str) -> bool:
    """Whether parameters made wrong are right as the address spells them: `31` for a list of texts is one text."""
    made = case.meta.components if case.meta else {}
    if any(one.mode.is_negative for place, one in made.items() if place is not ParameterLocation.QUERY):
        return False
    known = {one.name: one.definition["schema"] for one in case.operation.query}
    asked = parse_qs(urlsplit(url).query, keep_blank_values=True)
    return all(name in known and _holds(known[name], values) for name, values in asked.items())


def _holds(schema: dict[str, Any], values: list[str]) -> bool:
    """Whether a parameter of this schema may be spelt so."""
    listed = schema.get("type") == "array"
    one = schema["items"] if listed else schema
    return (listed or len(values) == 1) and all(
        any(jsonschema_rs.is_valid(one, read) for read in _readings(value)) for value in values
    )


def _readings(value: str) -> Iterator[Any]:
    yield value
    with suppress(ValueError):
        yield json.loads(value)
