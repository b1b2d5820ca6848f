"""schemathesis' command line, all phases and all checks, against the served portal: with a key, and as the public.

A few made-up requests of each operation here; FUZZ_EXAMPLES (`make fuzz-api`) asks for more, and for others each time.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.served import CSV, ROOT, Portal

pytestmark = pytest.mark.unmeasured

FEW = "2"
EXAMPLES = os.environ.get("FUZZ_EXAMPLES", FEW)
WHOLE, OF_A_DATASET = "/openapi.json", "/api/v1/datasets/deals/openapi.json"


@pytest.mark.parametrize(
    ("document", "hooks"),
    [(WHOLE, "tests.e2e.fuzz_key"), (WHOLE, ""), (OF_A_DATASET, "")],
    ids=["administrator", "public", "dataset"],
)
def test_no_request_is_answered_otherwise_than_the_document_says(
    portal: Portal, tmp_path: Path, document: str, hooks: str
) -> None:
    _publish_one(portal)
    command = [str(Path(sys.executable).with_name("st")), "--config-file", str(ROOT / "schemathesis.toml"), "run"]
    asked = [f"http://127.0.0.1:{portal.port}{document}", "--checks", "all", "--max-examples", EXAMPLES]
    options = ["--continue-on-failure", "--no-color", *(["--seed", "1"] if EXAMPLES == FEW else [])]
    environment = {**portal.environment, "PYTHONPATH": str(ROOT), **({"SCHEMATHESIS_HOOKS": hooks} if hooks else {})}
    done = subprocess.run(
        [*command, *asked, *options], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def _publish_one(portal: Portal) -> None:
    """Serve one published dataset, and one that waits for review."""
    steward, reviewer = portal.accounts()
    portal.serve()
    slug = portal.register(steward, slug="deals", license="ogl-cn", themes=["resources"], regions=["330600"])
    portal.register(steward, slug="waits")
    portal.job(steward, portal.upload(steward, slug, CSV))
    portal.act(steward, slug, "submit")
    portal.act(reviewer, slug, "approve")
