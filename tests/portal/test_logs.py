"""Logs are JSON lines that name the request and keep what is private out."""

from __future__ import annotations

import json
import logging
import subprocess
import sys

import pytest
from flask import Flask

from portal.logs import JsonLines


def test_a_request_is_one_line_without_key_address_or_words(app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "portal.access"), app.test_client() as client:
        headers = {"Authorization": "Bearer not-a-key-of-anybody", "X-Request-Id": "abc"}
        client.get("/api/v1/datasets?q=秘密", headers=headers)
        record = next(one for one in caplog.records if one.name == "portal.access")
        line = json.loads(JsonLines().format(record))
    assert line["path"] == "/api/v1/datasets"
    assert line["status"] == 401
    assert line["request_id"] == "abc"
    assert not any(word in json.dumps(line, ensure_ascii=False) for word in ("秘密", "not-a-key", "127.0.0.1"))


def test_a_trace_is_a_member_and_not_more_lines() -> None:
    try:
        raise RuntimeError("broken")
    except RuntimeError:
        record = logging.LogRecord("x", logging.ERROR, "f", 1, "it %s", ("broke",), sys.exc_info())
    text = JsonLines().format(record)
    assert "\n" not in text
    assert json.loads(text)["message"] == "it broke"
    assert "RuntimeError: broken" in json.loads(text)["trace"]


def test_a_personal_number_in_a_message_or_an_error_is_masked() -> None:
    number = "330602199912311550"
    try:
        raise RuntimeError(f"cannot convert '{number}' of 13800138000")
    except RuntimeError:
        record = logging.LogRecord("x", logging.ERROR, "f", 1, "it broke at %s", (number,), sys.exc_info())
    text = JsonLines().format(record)
    assert not any(one in text for one in (number, "13800138000"))
    assert json.loads(text)["message"].endswith("*1550")


def test_lines_of_requests_are_gathered_and_none_is_lost_when_a_process_ends() -> None:
    words = "import os, sys; from portal import logs; logs.configure()"
    asked = "{'REQUEST_METHOD': 'GET', 'PATH_INFO': '/rows/330602199912311550'}"
    told = f"[logs.tell({asked}, 200, f'{{at}}', 0.001) for at in range(3)]"
    child = "p = multiprocessing.get_context('fork').Process(target=lambda: logs.tell({}, 200, 'child', 0.0))"
    program = f"{words}; {told}; import multiprocessing; {child.replace('{}', asked)}; p.start(); p.join()"
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    lines = [json.loads(line) for line in ended.stderr.splitlines()]
    assert sorted(line["request_id"] for line in lines) == ["0", "1", "2", "child"]
    assert {(line["logger"], line["method"], line["path"], line["status"]) for line in lines} == {
        ("portal.access", "GET", "/rows/**************1550", 200)
    }


def test_requests_to_elasticsearch_are_told_only_where_they_fail() -> None:
    program = (
        "import logging; from portal import logs; logs.configure(); log = logging.getLogger('elastic_transport.node')\n"
        "log.info('POST http://search/_search [status:200]'); log.warning('POST http://search/_search [status:N/A]')"
    )
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert [json.loads(line)["message"][-12:] for line in ended.stderr.splitlines()] == ["[status:N/A]"]
