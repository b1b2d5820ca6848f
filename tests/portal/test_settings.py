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
        ("PORTAL_DATABASE_URL", "portal", "sqlite:///path"),
        ("PORTAL_DATABASE_URL", "sqlite://", "sqlite:///path"),
        ("PORTAL_DATABASE_URL", "mysql://host/portal", "sqlite:///path"),
        ("PORTAL_DATABASE_URL", "postgresql+psycopg://host/portal", "PORTAL_SECRET_KEY is needed"),
        ("PORTAL_SEARCH_URL", "localhost", "embedded, http, https"),
        ("PORTAL_SEARCH_URL", "http:///portal", "embedded, http, https"),
        ("PORTAL_SEARCH_URL", "http://[::1/portal", "embedded, http, https"),
        ("PORTAL_STORAGE_URL", "ftp://host/x", "begins with file"),
        ("PORTAL_BASE_URL", "data.example.org", "PORTAL_BASE_URL"),
        ("PORTAL_HOME_REGION", "350199", "350100"),
        ("PORTAL_HOME_REGION", "福州市", "350100"),
        ("PORTAL_HOME_REGION", "nowhere", "no code of GB/T 2260"),
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence(tmp_path: Path, name: str, value: str, said: str) -> None:
    with pytest.raises(SettingError, match=said):
        load({"PORTAL_DATA_DIR": str(tmp_path), name: value})


def test_passwords_of_addresses_are_not_repeated(tmp_path: Path) -> None:
    for name in ("PORTAL_DATABASE_URL", "PORTAL_SEARCH_URL", "PORTAL_STORAGE_URL"):
        with pytest.raises(SettingError) as told:
            load({"PORTAL_DATA_DIR": str(tmp_path), name: "ftp://user:hidden@host/x"})
        assert "hidden" not in str(told.value)


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_a_shared_database_takes_its_secret_from_outside(tmp_path: Path, scheme: str) -> None:
    given = {"PORTAL_DATABASE_URL": f"{scheme}://me:p%40ss@host/portal", "PORTAL_SECRET_KEY": "s" * 32}
    found = load({"PORTAL_DATA_DIR": str(tmp_path), **given})
    assert found.database_url == "postgresql+psycopg://me:p%40ss@host/portal"
    assert not found.embedded
    assert not (tmp_path / "secret.key").exists()


def test_a_portal_is_of_the_region_that_is_named(tmp_path: Path) -> None:
    assert load({"PORTAL_DATA_DIR": str(tmp_path)}).home_region == "330600"
    assert load({"PORTAL_DATA_DIR": str(tmp_path), "PORTAL_HOME_REGION": "350100"}).home_region == "350100"


def test_rates() -> None:
    assert [parse_rate(text) for text in ("5/second", "60/hour", "off")] == [(5, 1), (60, 3600), None]


def test_every_setting_is_in_the_reference() -> None:
    assert next(name for name, _ in reference()) == "PORTAL_DATA_DIR"
    assert all(one.purpose for _, one in reference())
