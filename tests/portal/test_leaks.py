"""What is not public shows nowhere: every GET route answers as if it were not there, to the byte and to the ETag."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask

from catalog import accounts, keys, registry
from catalog.accounts import OPERATOR
from catalog.proofs import sign_daily_head
from portal.context import House
from tests.factories import a_publisher
from tests.portal.conftest import Api, publish

pytestmark = pytest.mark.unmeasured
OPEN, HIDDEN = "seen-by-all", "seen-by-few"
SEEN_CSV = "地块,备注,面积\n甲,平常,1.5\n乙,平常,2.5\n".encode()
HIDDEN_CSV = "地块,隐栏,面积\n丙,隐值,77777.25\n合计,,77777.25\n注：隐注\n".encode()
CORRECTION = HIDDEN_CSV.replace("隐栏".encode(), "备注".encode())
WORDS = ("隐题", "隐签", "隐述", "隐栏", "隐值", "隐注", "77777.25")
BODY = {"title": "隐题", "tags": ["隐签"], "description": "隐述", "slug": HIDDEN, "themes": ["finance"]}

# Every GET route, and the addresses by which it is asked. A new one without a line here fails the first test.
_WHOLE = "/api/v1/datasets"
_ONE = f"{_WHOLE}/<slug>"
_JOB = "/api/v1/jobs/<job_id>"
ADDRESSES: dict[str, tuple[str, ...]] = {
    "/": ("/",),
    "/docs": ("/docs",),
    "/docs/errors": ("/docs/errors",),
    "/docs/start.js": ("/docs/start.js",),
    "/docs/<path:name>": ("/docs/nothing.js",),
    "/healthz": ("/healthz",),
    "/readyz": ("/readyz",),
    "/openapi.json": ("/openapi.json",),
    "/audit/head": ("/audit/head",),
    "/api/v1": ("/api/v1",),
    "/api/v1/accounts": ("/api/v1/accounts",),
    "/api/v1/accounts/<name>": ("/api/v1/accounts/a-steward",),
    "/api/v1/accounts/<name>/keys": ("/api/v1/accounts/a-steward/keys",),
    "/api/v1/audit/head": ("/api/v1/audit/head",),
    "/api/v1/audit/heads": ("/api/v1/audit/heads",),
    _WHOLE: (
        *(f"{_WHOLE}?page_size=100&q={word}" for word in (*WORDS, HIDDEN, "地块")),
        f"{_WHOLE}?facets=publisher,theme,family,region,tag,format,frequency,access&sort=title",
        f"{_WHOLE}?sort=-updated&page_size=1",
        *(f"{_WHOLE}?status={state}" for state in ("draft", "in_review", "scheduled", "withdrawn", "published")),
        f"{_WHOLE}?tag=隐签",
        f"{_WHOLE}?theme=finance&format=csv",
        f"{_WHOLE}?access=closed",
        f"{_WHOLE}?access=conditional",
    ),
    _ONE: (_ONE,),
    f"{_ONE}/applications": (f"{_ONE}/applications",),
    f"{_ONE}/changes": (f"{_ONE}/changes?from=1&to=1", f"{_ONE}/changes?from=1&to=2"),
    f"{_ONE}/export.<form>": tuple(f"{_ONE}/export.{form}" for form in ("csv", "json", "xlsx", "parquet")),
    f"{_ONE}/history": (f"{_ONE}/history",),
    f"{_ONE}/mapping": (f"{_ONE}/mapping",),
    **{
        f"{_ONE}/{name}.json": (f"{_ONE}/{name}.json",)
        for name in ("csvw", "datapackage", "dictionary", "openapi", "schema")
    },
    f"{_ONE}/releases": (f"{_ONE}/releases",),
    f"{_ONE}/releases/<int:number>": (f"{_ONE}/releases/1", f"{_ONE}/releases/2"),
    **{
        f"{_ONE}/releases/<int:number>/{name}": (f"{_ONE}/releases/1/{name}", f"{_ONE}/releases/2/{name}")
        for name in ("privacy", "profile", "proof")
    },
    f"{_ONE}/rows": (f"{_ONE}/rows", f"{_ONE}/rows?release=2", f"{_ONE}/rows?as_of=2999-01-01"),
    f"{_ONE}/rows/<row>": (f"{_ONE}/rows/1",),
    "/api/v1/duties": ("/api/v1/duties",),
    "/api/v1/duties/<duty_id>": ("/api/v1/duties/D001",),
    _JOB: (_JOB,),
    **{f"{_JOB}/findings{kind}": (f"{_JOB}/findings{kind}",) for kind in ("", ".csv", ".xlsx")},
    "/api/v1/me": ("/api/v1/me",),
    "/api/v1/publishers": ("/api/v1/publishers",),
    "/api/v1/search-misses": ("/api/v1/search-misses",),
    "/api/v1/suggest": tuple(f"/api/v1/suggest?q={word}" for word in ("隐", "隐题", "yin", "yt", "seen")),
    "/api/v1/synonyms": ("/api/v1/synonyms",),
    "/api/v1/themes": ("/api/v1/themes",),
    "/api/v1/vocabularies": ("/api/v1/vocabularies",),
    "/api/v1/vocabularies/<name>": ("/api/v1/vocabularies/themes",),
}
OF_ONE = tuple(one for addresses in ADDRESSES.values() for one in addresses if "<slug>" in one)
OF_ALL = tuple(one for addresses in ADDRESSES.values() for one in addresses if "<" not in one)
OF_JOB = tuple(one for addresses in ADDRESSES.values() for one in addresses if "<job_id>" in one)
MISSES = "/api/v1/search-misses"  # stewards read there what anybody asked for, and these tests ask
Answer = tuple[int, bytes, dict[str, str]]


def asked(api: Api, address: str, **headers: str) -> Answer:
    """Status, body and headers, without what names the request and not the content."""
    if api.key:
        headers["Authorization"] = f"Bearer {api.key}"
    with api.client.get(address, headers={"X-Request-Id": "same", **headers}) as answer:
        kept = {name: value for name, value in answer.headers.items() if name != "Date"}
        return answer.status_code, answer.get_data(), kept


def seen(api: Api, slug: str = OPEN) -> dict[str, Answer]:
    """What one reader is answered everywhere: the lists, and everything of one dataset."""
    return {one: asked(api, one) for one in OF_ALL if one != MISSES} | of_one(api, slug)


def of_one(api: Api, slug: str) -> dict[str, Answer]:
    """What one reader is answered about one dataset."""
    return {one: asked(api, one) for one in (address.replace("<slug>", slug) for address in OF_ONE)}


def nameless(api: Api, slug: str) -> dict[str, Answer]:
    """The answers about one dataset with its own name taken out."""
    answers, plain = of_one(api, slug), slug.encode()
    return {
        address.replace(slug, "*"): (status, body.replace(plain, b"*"), {**headers, "Content-Length": ""})
        for address, (status, body, headers) in answers.items()
    }


@pytest.fixture
def outsiders(api: dict[str, Api], house: House) -> dict[str, Api]:
    """Nobody, a reader, and a steward of another office; one open dataset is there, and the head is signed."""
    with house.writing() as opened:
        a_publisher(opened, "other-bureau", "另一局")
        stranger = accounts.create_account(opened, OPERATOR, "stranger", "steward", ["other-bureau"])
        reader = accounts.create_account(opened, OPERATOR, "reader", "reader")
        made = [keys.issue_key(opened, OPERATOR, one).key for one in (stranger, reader)]
    api["steward"].register(title="看得见", slug=OPEN, themes=["finance"], tags=["平常"])
    api["steward"].ingest(OPEN, SEEN_CSV)
    publish(api, OPEN)
    with house.writing() as opened:
        sign_daily_head(opened, house.signer)
    others = {
        name: Api(api["public"].client, house, key) for name, key in zip(("stranger", "reader"), made, strict=True)
    }
    found = {"public": api["public"], **others}
    for one in found.values():
        asked(one, "/api/v1/me")  # the use of a key is noted at the first
    return found


def draft(api: dict[str, Api], **body: Any) -> str:
    """A draft of what must not be seen; the id of its job."""
    api["steward"].register(**{**BODY, **body})
    job: str = api["steward"].ingest(HIDDEN, HIDDEN_CSV)["id"]
    return job


def in_review(api: dict[str, Api]) -> str:
    job = draft(api)
    assert api["steward"].act(HIDDEN, "submit").status_code == 200
    return job


def scheduled(api: dict[str, Api]) -> str:
    job = in_review(api)
    assert api["reviewer"].act(HIDDEN, "approve", {"publish_at": "2999-01-01T00:00:00Z"}).status_code == 200
    return job


def rejected(api: dict[str, Api]) -> str:
    job = in_review(api)
    assert api["reviewer"].act(HIDDEN, "reject", {"reason": "隐述"}).status_code == 200
    return job


def pending_metadata(api: dict[str, Api]) -> str:
    etag = api["steward"].get(f"/datasets/{OPEN}").headers["ETag"]
    change = {name: BODY[name] for name in ("title", "tags", "description")}
    answer = api["steward"].call("PATCH", f"/datasets/{OPEN}", json=change, headers={"If-Match": etag})
    assert answer.status_code == 200
    return "none"


def metadata_in_review(api: dict[str, Api]) -> str:
    pending_metadata(api)
    answer = api["steward"].act(OPEN, "submit")
    assert answer.status_code == 200, answer.text
    return "none"


def correction(api: dict[str, Api]) -> str:
    job = api["steward"].ingest(OPEN, CORRECTION)
    assert job["state"] == "succeeded", job
    name: str = job["id"]
    return name


def correction_scheduled(api: dict[str, Api]) -> str:
    job = correction(api)
    answer = api["steward"].act(OPEN, "submit")
    assert answer.status_code == 200, answer.text
    assert api["reviewer"].act(OPEN, "approve", {"publish_at": "2999-01-01T00:00:00Z"}).status_code == 200
    return job


def correction_rejected(api: dict[str, Api]) -> str:
    job = correction(api)
    answer = api["steward"].act(OPEN, "submit")
    assert answer.status_code == 200, answer.text
    assert api["reviewer"].act(OPEN, "reject", {"reason": "隐述"}).status_code == 200
    return job


STATES = (
    draft, in_review, scheduled, rejected, pending_metadata, metadata_in_review, correction, correction_scheduled,
    correction_rejected,
)  # fmt: skip
ON_EACH: list[Any] = [("sqlite", one) for one in STATES]
for one in (scheduled, metadata_in_review, correction_rejected):  # of a new dataset, of metadata, of a release
    ON_EACH.append(pytest.param("postgres", one, marks=pytest.mark.postgres))


def test_every_get_route_is_declared(app: Flask) -> None:
    gets = {one.rule for one in app.url_map.iter_rules() if "GET" in (one.methods or ())} - {"/static/<path:filename>"}
    assert gets == set(ADDRESSES)


@pytest.mark.parametrize(
    ("database_url", "reach"), ON_EACH, indirect=["database_url"], ids=lambda one: getattr(one, "__name__", None)
)
def test_outsiders_are_answered_as_if_nothing_were_there(
    api: dict[str, Api], outsiders: dict[str, Api], house: House, reach: Callable[[dict[str, Api]], str]
) -> None:
    before = {name: seen(one) for name, one in outsiders.items()}
    job = reach(api)
    with house.writing() as opened:
        registry.publish_due(opened)
    for name, one in outsiders.items():
        assert differences(before[name], seen(one)) == []
        assert differences(nameless(one, "seen-by-none"), nameless(one, HIDDEN)) == []
        for address in OF_JOB:
            found, other = (asked(one, address.replace("<job_id>", name)) for name in (job, "x" * len(job)))
            assert (found[0], found[1].replace(job.encode(), b"")) == (404, other[1].replace(b"x" * len(job), b""))
    _not_modified(outsiders["public"], before["public"])


def differences(before: dict[str, Answer], after: dict[str, Answer]) -> list[tuple[str, Answer, Answer]]:
    return [(one, before[one], after[one]) for one in before if before[one] != after[one]]


def _not_modified(public: Api, before: dict[str, Answer]) -> None:
    """Who has the answer already is told that it still holds."""
    tags = {one: headers["ETag"] for one, (status, _, headers) in before.items() if status == 200 and "ETag" in headers}
    assert len(tags) > 20
    assert {asked(public, one, **{"If-None-Match": tag})[0] for one, tag in tags.items()} == {304}


def test_batches_of_queries_know_no_more(api: dict[str, Api], outsiders: dict[str, Api]) -> None:
    draft(api)
    for one in outsiders.values():
        answers = [one.post("/queries", {"queries": [{"dataset": slug}]}) for slug in (HIDDEN, "seen-by-none")]
        bodies = [re.sub(r'"request_id":"\w+"', "", answer.text) for answer in answers]
        assert bodies[0].replace(HIDDEN, "*") == bodies[1].replace("seen-by-none", "*")


def bodies(api: Api, slug: str) -> Iterator[tuple[str, str]]:
    for address, (_, body, headers) in seen(api, slug).items():
        yield address, body.decode("utf-8", "replace") + str(headers)


@pytest.mark.parametrize("access", ["conditional", "closed"])
def test_rows_that_are_not_open_show_nowhere(api: dict[str, Api], outsiders: dict[str, Api], access: str) -> None:
    draft(api, access=access, conditions="《办法》第九条", level="L3")
    publish(api, HIDDEN)
    digest = api["steward"].get(f"/datasets/{HIDDEN}/releases/1").json["digest"]
    secret = ("隐值", "77777.25", *(("隐栏", "隐注", digest) if access == "closed" else ()))
    for one in outsiders.values():
        assert [
            (place, word) for place, text in bodies(one, HIDDEN) for word in secret if _told(place, text, word)
        ] == []
        shown = one.get(f"/datasets/{HIDDEN}").json
        assert (shown["title"], shown["conditions"]) == ("隐题", "《办法》第九条")
        assert one.get(f"/datasets/{HIDDEN}/rows").status_code == 403
        assert one.get("/datasets?q=隐值").json["total"] == 0
        assert one.get("/datasets?q=隐栏").json["total"] == (access == "conditional")


def _told(address: str, text: str, word: str) -> bool:
    """Whether an answer tells a word that the question did not hold."""
    return word in text and word not in address


def test_what_was_withdrawn_leaves_title_and_reason(api: dict[str, Api], outsiders: dict[str, Api]) -> None:
    before = {name: seen(one) for name, one in outsiders.items()}
    draft(api)
    publish(api, HIDDEN)
    assert api["reviewer"].act(HIDDEN, "withdraw", {"reason": "撤回之由"}).status_code == 200
    for name, one in outsiders.items():
        assert differences(before[name], seen(one)) == []
        for address in OF_ONE:
            status, body, headers = asked(one, address.replace("<slug>", HIDDEN))
            assert (status, headers["Cache-Control"]) == (410, "no-store"), address
            text = body.decode()
            assert "隐题" in text
            assert "撤回之由" in text
            assert not any(word in text for word in WORDS[1:])
