"""Settings: every default works, unknown names are refused with the nearest."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from portal.settings import SettingError, load, parse_rate, reference


def test_the_defaults_need_no_service(tmp_path: Path) -> None:
    found = load({"PORTAL_DATA_DIR": str(tmp_path)})
    assert found.database_url == f"sqlite:///{tmp_path}/portal.sqlite"
    assert (found.search_url, found.storage_url) == ("embedded:", f"file://{tmp_path}/files")
    assert found.rate_limit == (1200, 60)
    assert found.embedded


def test_the_secret_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    first, second = (load({"PORTAL_DATA_DIR": str(tmp_path)}).secret_key for _ in range(2))
    assert first == second
    assert stat.S_IMODE((tmp_path / "secret.key").stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("PORTAL_DATABSE_URL", "x", "PORTAL_DATABASE_URL"),
        ("PORTAL_XYZZY", "x", "not a setting"),
        ("PORTAL_RATE_LIMIT", "many", "PORTAL_RATE_LIMIT"),
        ("PORTAL_RATE_LIMIT", "0/minute", "PORTAL_RATE_LIMIT"),
        ("PORTAL_UPLOAD_LIMIT_MIB", "big", "PORTAL_UPLOAD_LIMIT_MIB"),
        ("PORTAL_SECRET_KEY", "short", "32"),
        ("PORTAL_HOME_REGION", "350199", "350100"),
        ("PORTAL_HOME_REGION", "福州市", "350100"),
        ("PORTAL_HOME_REGION", "nowhere", "no code of GB/T 2260"),
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence(tmp_path: Path, name: str, value: str, said: str) -> None:
    with pytest.raises(SettingError, match=said):
        load({"PORTAL_DATA_DIR": str(tmp_path), name: value})


def test_a_portal_is_of_the_region_that_is_named(tmp_path: Path) -> None:
    assert load({"PORTAL_DATA_DIR": str(tmp_path)}).home_region == "330600"
    assert load({"PORTAL_DATA_DIR": str(tmp_path), "PORTAL_HOME_REGION": "350100"}).home_region == "350100"


def test_rates() -> None:
    assert [parse_rate(text) for text in ("5/second", "60/hour", "off")] == [(5, 1), (60, 3600), None]


def test_every_setting_is_in_the_reference() -> None:
    assert next(name for name, _ in reference()) == "PORTAL_DATA_DIR"
    assert all(one.purpose for _, one in reference())
