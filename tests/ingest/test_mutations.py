"""Damaged files end as a release or as a refusal that says why: a small sample here, ten thousand by `make fuzz`."""

from __future__ import annotations

import pytest

from tests.ingest.mutations import end_of, faults, main, mutant
from tests.ingest.samples import SAMPLES

pytestmark = pytest.mark.unmeasured
TEXTS = {
    name: content for name, content in SAMPLES.items() if name.startswith(("plain", "gb", "titled", "tabs", "rec"))
}
BOOKS = {name: content for name, content in SAMPLES.items() if name not in TEXTS}


@pytest.mark.parametrize("name", sorted(SAMPLES))
def test_the_samples_themselves_become_releases(name: str) -> None:
    assert end_of(SAMPLES[name], name) == "release"


def test_mutants_of_texts_end_well() -> None:
    assert list(faults(150, TEXTS)) == []


def test_mutants_of_workbooks_end_well() -> None:
    assert list(faults(24, BOOKS)) == []


def test_a_seed_is_one_mutant() -> None:
    assert mutant(7, SAMPLES["plain.csv"]) == mutant(7, SAMPLES["plain.csv"]) != SAMPLES["plain.csv"]


def test_a_run_may_begin_at_any_seed() -> None:
    assert list(faults(1, TEXTS, 90_000)) == []


def test_the_fuzzer_counts_what_it_did(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["2"]) == 0
    assert capsys.readouterr().out.endswith(f"2 mutants of {len(SAMPLES)} files, 0 faults\n")
