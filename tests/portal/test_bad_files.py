"""Files and drafts that may not go on: told with a sentence, and nothing of them is seen."""

from __future__ import annotations

import pytest

from tests.portal.conftest import Api, assert_problem

CSV = b"name,value\na,1\nb,2\n"


def test_drafts_are_404_for_anybody_else(api: dict[str, Api]) -> None:
    draft = api["steward"].register(slug="draft")
    job = api["steward"].ingest(draft, CSV)
    for path in ("", "/rows", "/releases", "/releases/1", "/export.csv", "/history", "/mapping"):
        assert_problem(api["public"].get(f"/datasets/{draft}{path}"), 404)
    assert_problem(api["public"].get(f"/jobs/{job['id']}"), 404)
    assert api["public"].get("/datasets?q=债务").json["total"] == 0
    assert api["public"].get("/datasets?status=draft").json["total"] == 0
    assert api["steward"].get("/datasets?status=draft").json["total"] == 1


def test_a_dataset_under_review_takes_no_new_file(api: dict[str, Api]) -> None:
    slug = api["steward"].register()
    api["steward"].ingest(slug, CSV)
    api["steward"].act(slug, "submit")
    assert_problem(api["steward"].upload(slug, CSV + b"c,3\n"), 409)


def test_a_dataset_whose_file_still_runs_is_not_submitted(api: dict[str, Api]) -> None:
    slug = api["steward"].register()
    api["steward"].upload(slug, CSV)
    assert_problem(api["steward"].act(slug, "submit"), 409)


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"", "empty.csv"),
        (b"name,value\n", "header.csv"),
        (b"\0" * 1000, "nul.csv"),
        (b"PK\x03\x04 cut off", "cut.xlsx"),
        (b"%PDF-1.7 nothing", "wrong.xlsx"),
        (b"a,b\n1,2,3\n", "ragged.csv"),
    ],
)
def test_a_file_that_cannot_be_taken_in_fails_with_a_sentence_and_a_remedy(
    api: dict[str, Api], content: bytes, name: str
) -> None:
    slug = api["steward"].register()
    job = api["steward"].ingest(slug, content, name)
    assert job["state"] == "failed"
    assert job["error"]["detail"]
    assert job["error"]["remedy"]
    assert api["steward"].get(f"/datasets/{slug}/releases").json["total"] == 0
    assert api["steward"].ingest(slug, CSV)["state"] == "succeeded"
