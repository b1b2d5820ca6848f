"""Who may call what: every route has a declared rule, and every role is held to it, on an unpublished dataset."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask

from catalog import accounts, keys
from catalog.accounts import OPERATOR
from portal.context import House
from tests.factories import a_publisher
from tests.portal.conftest import Api, publish

REFUSALS = (401, 403, 404)
CSV = b"period,amount\n2019-Q3,1\n"
ANYBODY = frozenset({"public", "reader", "stranger", "steward", "reviewer", "admin", "reading", "ingesting"})
ACCOUNTS = ANYBODY - {"public"}
INSIDERS = frozenset({"steward", "reviewer", "admin", "reading", "ingesting"})  # may read what is not published
READERS = INSIDERS - {"ingesting"}
EDITORS = frozenset({"steward", "admin"})
REVIEWERS = frozenset({"reviewer", "admin"})
ADMIN = frozenset({"admin"})
STAFF = frozenset({"stranger", "steward", "reviewer", "admin", "reading"})
PURPOSE = {"purpose": "研究"}
REASON = {"reason": "不全"}


@dataclass(frozen=True)
class Rule:
    """Who may, and a body that would do."""

    who: frozenset[str]
    body: Any = None


# Route (below /api/v1) and method -> rule. Paths speak of a draft dataset `own` with a draft release of its own.
RULES: dict[tuple[str, str], Rule] = {
    ("GET", ""): Rule(ANYBODY),
    ("GET", "/datasets"): Rule(ANYBODY),
    ("POST", "/datasets"): Rule(EDITORS, {"title": "新的", "publisher": "finance-bureau"}),
    ("GET", "/datasets/<slug>"): Rule(INSIDERS),
    ("PATCH", "/datasets/<slug>"): Rule(EDITORS, {"title": "改过"}),
    ("POST", "/datasets/<slug>/submit"): Rule(EDITORS, {}),
    ("POST", "/datasets/<slug>/approve"): Rule(REVIEWERS, {}),
    ("POST", "/datasets/<slug>/reject"): Rule(REVIEWERS, REASON),
    ("POST", "/datasets/<slug>/withdraw"): Rule(REVIEWERS, REASON),
    ("GET", "/datasets/<slug>/history"): Rule(INSIDERS),
    ("GET", "/datasets/<slug>/releases"): Rule(INSIDERS),
    ("POST", "/datasets/<slug>/releases"): Rule(EDITORS | {"ingesting"}, "upload"),
    ("GET", "/datasets/<slug>/releases/<int:number>"): Rule(INSIDERS),
    ("GET", "/datasets/<slug>/releases/<int:number>/privacy"): Rule(READERS),
    ("PUT", "/datasets/<slug>/releases/<int:number>/privacy"): Rule(EDITORS, {"decisions": {}}),
    ("GET", "/datasets/<slug>/mapping"): Rule(READERS),
    ("PUT", "/datasets/<slug>/mapping"): Rule(EDITORS, {"columns": {}}),
    ("GET", "/datasets/<slug>/rows"): Rule(INSIDERS),
    ("GET", "/datasets/<slug>/rows/<row>"): Rule(INSIDERS),
    ("GET", "/datasets/<slug>/export.<form>"): Rule(INSIDERS),
    ("GET", "/datasets/<slug>/openapi.json"): Rule(INSIDERS),
    ("GET", "/datasets/<slug>/schema.json"): Rule(INSIDERS),
    ("GET", "/datasets/<slug>/datapackage.json"): Rule(INSIDERS),
    ("GET", "/datasets/<slug>/csvw.json"): Rule(INSIDERS),
    ("GET", "/datasets/<slug>/dictionary.json"): Rule(INSIDERS),
    ("GET", "/datasets/<slug>/releases/<int:number>/profile"): Rule(INSIDERS),
    ("POST", "/queries"): Rule(ANYBODY, {"queries": [{"dataset": "own"}]}),
    ("GET", "/datasets/<slug>/changes"): Rule(INSIDERS),
    ("GET", "/datasets/<slug>/applications"): Rule(READERS),
    ("POST", "/datasets/<slug>/applications"): Rule(READERS, PURPOSE),
    ("POST", "/datasets/<slug>/applications/<int:number>/grant"): Rule(EDITORS, {}),
    ("POST", "/datasets/<slug>/applications/<int:number>/refuse"): Rule(EDITORS, REASON),
    ("GET", "/jobs/<job_id>"): Rule(INSIDERS),
    ("GET", "/jobs/<job_id>/findings"): Rule(INSIDERS),
    ("GET", "/jobs/<job_id>/findings.csv"): Rule(INSIDERS),
    ("GET", "/jobs/<job_id>/findings.xlsx"): Rule(INSIDERS),
    ("GET", "/publishers"): Rule(ANYBODY),
    ("POST", "/publishers"): Rule(ADMIN, {"slug": "fresh", "title": "新局"}),
    ("GET", "/themes"): Rule(ANYBODY),
    ("GET", "/vocabularies"): Rule(ANYBODY),
    ("GET", "/vocabularies/<name>"): Rule(ANYBODY),
    ("GET", "/duties"): Rule(ANYBODY),
    ("GET", "/me"): Rule(ACCOUNTS),
    ("GET", "/accounts"): Rule(ADMIN),
    ("POST", "/accounts"): Rule(ADMIN, {"name": "fresh", "role": "reader"}),
    ("GET", "/accounts/<name>"): Rule(ADMIN),
    ("PUT", "/accounts/<name>"): Rule(ADMIN, {"publishers": []}),
    ("DELETE", "/accounts/<name>"): Rule(ADMIN),
    ("GET", "/accounts/<name>/keys"): Rule(ADMIN),
    ("POST", "/accounts/<name>/keys"): Rule(ADMIN, {}),
    ("DELETE", "/accounts/<name>/keys/<int:key_id>"): Rule(ADMIN),
    ("POST", "/accounts/<name>/keys/<int:key_id>/rotate"): Rule(ADMIN, {}),
    ("PUT", "/accounts/<name>/password"): Rule(ADMIN, {"password": "a long sentence, easily kept"}),
    ("GET", "/audit/heads"): Rule(ANYBODY),
    ("GET", "/suggest"): Rule(ANYBODY),
    ("GET", "/synonyms"): Rule(STAFF),
    ("PUT", "/synonyms"): Rule(STAFF - {"reading"}, {"groups": [["公厕", "厕所"]]}),
    ("GET", "/search-misses"): Rule(STAFF),
}
# Their answers depend on more than who asks; each has tests of its own.
ELSEWHERE = {
    ("GET", "/duties/<duty_id>"),
    ("GET", "/audit/head"),
    ("GET", "/datasets/<slug>/releases/<int:number>/proof"),
    ("POST", "/sessions"),
    ("DELETE", "/sessions"),
}


@pytest.fixture
def callers(api: dict[str, Api], house: House) -> dict[str, Api]:
    """One caller of each kind; `stranger` is of another office, `reading` and `ingesting` are keys of the steward."""
    slug = api["steward"].register(slug="own")
    assert api["steward"].ingest(slug, CSV)["state"] == "succeeded"
    with house.writing() as opened:
        a_publisher(opened, "other-bureau", "另一局")
        stranger = accounts.create_account(opened, OPERATOR, "stranger", "steward", ["other-bureau"])
        reader = accounts.create_account(opened, OPERATOR, "reader", "reader")
        accounts.create_account(opened, OPERATOR, "somebody", "reader")
        steward = accounts.get_account(opened, "a-steward")
        made = {
            "stranger": keys.issue_key(opened, OPERATOR, stranger),
            "reader": keys.issue_key(opened, OPERATOR, reader),
            "reading": keys.issue_key(opened, OPERATOR, steward, ["read"]),
            "ingesting": keys.issue_key(opened, OPERATOR, steward, [f"ingest:{slug}"]),
        }
        texts = {name: one.key for name, one in made.items()}
    return api | {name: Api(api["public"].client, house, key) for name, key in texts.items()}


def routes_of(app: Flask) -> set[tuple[str, str]]:
    """Every route of the API with its methods."""
    return {
        (method, rule.rule.removeprefix("/api/v1"))
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api/v1")
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }


def test_every_route_has_a_rule(app: Flask) -> None:
    assert routes_of(app) - ELSEWHERE == set(RULES)


def path_of(route: str, job: str) -> str:
    values = {
        "<slug>": "own",
        "<int:number>": "1",
        "<row>": "1",
        "<form>": "csv",
        "<job_id>": job,
        "<name>": "themes" if route.startswith("/vocabularies") else "somebody",
        "<int:key_id>": "1",
    }
    route = f"{route}?from=1&to=1" if route.endswith("/changes") else route
    for name, value in values.items():
        route = route.replace(name, value)
    return route


def call(caller: Api, method: str, path: str, body: Any) -> int:
    if body == "upload":
        return caller.upload("own", CSV + b"2019-Q4,2\n").status_code
    options: dict[str, Any] = {} if body is None else {"json": body}
    if method != "GET":
        options["headers"] = {"If-Match": "*"}
    return caller.call(method, path, **options).status_code


def test_nobody_does_what_the_table_does_not_grant(callers: dict[str, Api], house: House) -> None:
    job = callers["steward"].ingest("own", CSV)["id"]
    for (method, route), rule in RULES.items():
        for name in sorted(ANYBODY - rule.who):
            status = call(callers[name], method, path_of(route, job), rule.body)
            assert status in REFUSALS, (name, method, route, status)


def test_the_granted_get_through(callers: dict[str, Api], house: House) -> None:
    job = callers["steward"].ingest("own", CSV)["id"]
    reads = [(route, rule) for (method, route), rule in RULES.items() if method == "GET"]
    for route, rule in reads:
        for name in sorted(rule.who):
            assert call(callers[name], "GET", path_of(route, job), None) == 200, (name, route)
    for (method, route), rule in RULES.items():
        for name in sorted(rule.who) if method != "GET" else ():
            status = call(callers[name], method, path_of(route, job), rule.body)
            assert status not in (401, 500), (name, method, route, status)


def test_who_may_not_write_learns_no_revision(callers: dict[str, Api]) -> None:
    publish(callers, "own")
    for method, path, body in (("PATCH", "", {"title": "我的"}), ("PUT", "/mapping", {"columns": {}})):
        for who, status in (("public", 401), ("stranger", 403)):
            answer = callers[who].call(method, f"/datasets/own{path}", json=body, headers={"If-Match": '"0"'})
            assert answer.status_code == status, answer.text
    assert callers["public"].post("/datasets", {"no": "such member"}).status_code == 401  # no look at the body before
