"""The real server and worker as processes: the main job over HTTP, and what kill -9 leaves behind."""

from __future__ import annotations

import os
import signal
import socket
import subprocess

import pytest

from tests.e2e.served import CSV, PATIENCE, Portal, kill_group


def main_job(portal: Portal) -> None:
    """Register, ingest, review, publish, search, read."""
    steward, reviewer = portal.accounts()
    portal.serve()
    slug = portal.register(steward, slug="deals", title="国有建设用地使用权成交公示", schema="land_supply.deal")
    job = portal.job(steward, portal.upload(steward, slug, CSV))
    assert (job["state"], job["rows_accepted"]) == ("succeeded", 2), job
    portal.act(steward, slug, "submit")
    portal.act(reviewer, slug, "approve")

    def found() -> bool:
        status, _, answer = portal.call("GET", "/api/v1/datasets?q=%E5%9C%9F%E5%9C%B0%E6%88%90%E4%BA%A4")
        return status == 200 and [one["slug"] for one in answer["items"]] == [slug]

    portal.wait(found)
    _, _, rows = portal.call("GET", f"/api/v1/datasets/{slug}/rows?supply_method=listing")
    assert [(one["deal_price"], one["area"]) for one in rows["rows"]] == [(445_230_000, 42_538.29)]
    _, headers, text = portal.call("GET", f"/api/v1/datasets/{slug}/export.csv")
    assert (headers["X-Total-Count"], len(text.splitlines())) == ("2", 3)
    assert portal.run("verify").stdout == ""


def test_the_main_job_on_the_embedded_default(portal: Portal) -> None:
    main_job(portal)
    server = portal.processes[-1]
    server.terminate()
    assert server.wait(timeout=PATIENCE) == 0
    assert portal.call("GET", "/healthz")[0] == 0


@pytest.mark.postgres
@pytest.mark.elasticsearch
def test_the_main_job_on_postgresql_and_elasticsearch_by_settings_alone(portal: Portal, postgres_url: str) -> None:
    index = f"e2e-{os.getpid()}"
    portal.variables = {
        "PORTAL_DATABASE_URL": postgres_url,
        "PORTAL_SECRET_KEY": "a secret for tests, long enough.",
        "PORTAL_SEARCH_URL": f"{os.environ['TEST_SEARCH_URL'].rstrip('/')}/{index}",
    }
    main_job(portal)


def test_kill_9_in_the_middle_leaves_the_old_state_or_the_new(portal: Portal) -> None:
    steward, _ = portal.accounts()
    server = portal.serve()
    slug = portal.register(steward)
    lines = "".join(f"A-{number},{number}.5,2019-01-{number % 28 + 1:02d}\n" for number in range(400_000))
    job_id = portal.upload(steward, slug, f"地块,价格,日期\n{lines}".encode())
    portal.wait(lambda: portal.call("GET", f"/api/v1/jobs/{job_id}", steward)[2]["state"] == "running")
    kill_group(server)
    assert portal.run("verify").stdout == ""
    portal.serve()
    assert (portal.job(steward, job_id)["rows_accepted"], portal.job(steward, job_id)["release"]) == (400_000, 1)
    assert portal.run("verify").stdout == ""


def test_an_upload_that_is_cut_off_leaves_nothing(portal: Portal) -> None:
    steward, _ = portal.accounts()
    portal.serve()
    slug = portal.register(steward)
    with socket.create_connection(("127.0.0.1", portal.port)) as connection:
        head = f"POST /api/v1/datasets/{slug}/releases HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {steward}\r\n"
        body = "Content-Type: multipart/form-data; boundary=b\r\nContent-Length: 100000\r\n\r\n--b\r\n"
        part = 'Content-Disposition: form-data; name="file"; filename="x.csv"\r\n\r\na,b\n1,2\n'
        connection.sendall((head + body + part).encode())
    portal.wait(lambda: portal.call("GET", "/healthz")[0] == 200)
    assert list((portal.data_dir / "files" / "uploads").glob("*/*")) == []
    assert portal.job(steward, portal.upload(steward, slug, b"a,b\n1,2\n"))["state"] == "succeeded"


def test_two_servers_and_a_worker_share_the_work(portal: Portal) -> None:
    steward, _ = portal.accounts()
    portal.serve("--no-worker")
    slugs = [portal.register(steward, title=f"第{number}个") for number in range(6)]
    jobs = [portal.upload(steward, slug, f"a,b\n{number},2\n".encode()) for number, slug in enumerate(slugs)]
    for _ in range(3):
        portal.start("worker")
    assert [portal.job(steward, job_id)["state"] for job_id in jobs] == ["succeeded"] * 6
    assert [portal.job(steward, job_id)["attempts"] for job_id in jobs] == [1] * 6


def test_what_is_written_is_for_its_account_alone_and_a_long_head_is_refused(portal: Portal) -> None:
    portal.data_dir.chmod(0o755)
    assert portal.run("migrate").returncode == 0
    portal.serve("--no-worker")
    assert portal.call("GET", "/api/v1", X_A="a" * 10_000)[0] == 200
    status, _, problem = portal.call("GET", "/api/v1", X_A="a" * 1_000_000)
    assert (status, problem["type"]) == (431, "/docs/errors#head_too_long")
    written = [one for one in portal.data_dir.rglob("*") if one.name != "log.txt"]
    assert {one.name for one in written} >= {"portal.sqlite", "secret.key"}
    assert [one for one in written if one.stat().st_mode & 0o077] == []


def test_a_server_process_that_dies_is_started_again_and_none_outlives_the_server(portal: Portal) -> None:
    assert portal.run("migrate").returncode == 0
    server = portal.serve("--no-worker")
    (first,) = children_of(server.pid)
    os.kill(first, signal.SIGKILL)
    portal.wait(lambda: children_of(server.pid) not in ([], [first]))
    portal.wait(lambda: portal.call("GET", "/healthz")[0] == 200)
    server.kill()
    server.wait(timeout=PATIENCE)
    portal.wait(lambda: portal.call("GET", "/healthz")[0] == 0)


def test_a_port_that_is_taken_is_told(portal: Portal) -> None:
    assert portal.run("migrate").returncode == 0
    with socket.create_server(("127.0.0.1", portal.port)):
        refused = portal.run("serve", "--port", str(portal.port), "--no-worker")
    assert (refused.returncode, "Traceback" in refused.stderr) == (1, False)
    assert f"cannot listen at 127.0.0.1:{portal.port}" in refused.stderr


def children_of(pid: int) -> list[int]:
    """The processes that this one started."""
    listed = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True, check=False)
    return [int(one) for one in listed.stdout.split()]
