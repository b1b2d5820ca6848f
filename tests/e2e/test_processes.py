"""The real server and worker as processes: the main job over HTTP, and what kill -9 leaves behind."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests import services

ROOT = Path(__file__).parents[2]
PATIENCE = 60.0  # seconds until a wait gives up; no test asserts how long anything takes


@dataclass
class Portal:
    """A portal of its own: data directory, port, processes."""

    data_dir: Path
    port: int
    variables: dict[str, str] = field(default_factory=dict)
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def environment(self) -> dict[str, str]:
        plain = {name: value for name, value in os.environ.items() if not name.startswith("PORTAL_")}
        return {**plain, "PORTAL_DATA_DIR": str(self.data_dir), "PORTAL_RATE_LIMIT": "off", **self.variables}

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """A command to its end."""
        command = [sys.executable, "-m", "portal", *words]
        return subprocess.run(
            command, cwd=ROOT, env=self.environment, capture_output=True, text=True, timeout=120, check=False
        )

    def start(self, *words: str) -> subprocess.Popen[bytes]:
        """A command that goes on, in a process group of its own."""
        command = [sys.executable, "-m", "portal", *words]
        with (self.data_dir / "log.txt").open("ab") as log:
            started = subprocess.Popen(
                command, cwd=ROOT, env=self.environment, stdout=log, stderr=log, start_new_session=True
            )
        self.processes.append(started)
        return started

    def serve(self, *words: str) -> subprocess.Popen[bytes]:
        """The server, answering."""
        started = self.start("serve", "--port", str(self.port), "--workers", "1", *words)
        self.wait(lambda: self.call("GET", "/readyz")[0] == 200)
        return started

    def wait(self, done: Any) -> None:
        """Until `done()` is true; fails with the log."""
        pause = threading.Event()
        for _ in range(int(PATIENCE / 0.1)):
            if done():
                return
            pause.wait(0.1)
        pytest.fail((self.data_dir / "log.txt").read_text(errors="replace")[-3000:])

    def call(
        self, method: str, path: str, key: str = "", body: bytes | None = None, **headers: str
    ) -> tuple[int, Any, Any]:
        """Status, headers and JSON (or bytes) of an answer; status 0 where nobody listens."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        if key:
            named["Authorization"] = f"Bearer {key}"
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", body, named, method=method)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 - our own server
                return answer.status, answer.headers, _content(answer)
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.headers, _content(error)
        except (urllib.error.URLError, ConnectionError):
            return 0, {}, None

    def upload(self, key: str, slug: str, content: bytes, name: str = "data.csv") -> str:
        """Upload a file; the id of its job."""
        mark = "boundary7d3c"
        head = f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
        body = head.encode() + content + f"\r\n--{mark}--\r\n".encode()
        kind = f"multipart/form-data; boundary={mark}"
        status, _, job = self.call("POST", f"/api/v1/datasets/{slug}/releases", key, body, Content_Type=kind)
        assert status in (200, 202), job
        found: str = job["id"]
        return found

    def job(self, key: str, job_id: str) -> dict[str, Any]:
        """The job at its end."""
        found: dict[str, Any] = {}

        def ended() -> bool:
            found.update(self.call("GET", f"/api/v1/jobs/{job_id}", key)[2])
            return found["state"] in ("succeeded", "failed")

        self.wait(ended)
        return found

    def act(self, key: str, slug: str, act: str) -> dict[str, Any]:
        """An act with the present ETag."""
        _, headers, _ = self.call("GET", f"/api/v1/datasets/{slug}", key)
        status, _, body = self.call("POST", f"/api/v1/datasets/{slug}/{act}", key, b"", If_Match=headers["ETag"])
        assert status == 200, body
        made: dict[str, Any] = body
        return made

    def accounts(self) -> tuple[str, str]:
        """A steward's and a reviewer's key, on a fresh database with one office."""
        assert self.run("migrate").returncode == 0
        assert self.run("publisher", "create", "land", "--title", "绍兴市自然资源和规划局").returncode == 0
        steward = self.run("account", "create", "li", "--role", "steward", "--publisher", "land")
        reviewer = self.run("account", "create", "wang", "--role", "reviewer")
        return steward.stdout.strip(), reviewer.stdout.strip()

    def register(self, key: str, **body: Any) -> str:
        """A dataset; its slug."""
        raw = json.dumps({"title": "成交公示", "publisher": "land", **body}).encode()
        status, _, made = self.call("POST", "/api/v1/datasets", key, raw, Content_Type="application/json")
        assert status == 201, made
        slug: str = made["slug"]
        return slug


def _content(answer: Any) -> Any:
    raw = answer.read()
    return json.loads(raw) if "json" in answer.headers.get("Content-Type", "") else raw


def kill_group(process: subprocess.Popen[bytes], how: int = signal.SIGKILL) -> None:
    """Signal a command and everything that it started."""
    os.killpg(process.pid, how)
    process.wait(timeout=PATIENCE)


@pytest.fixture
def portal(tmp_path: Path) -> Iterator[Portal]:
    made = Portal(tmp_path, services.free_port())
    yield made
    for process in made.processes:
        if process.poll() is None:
            kill_group(process, signal.SIGTERM)


CSV = "地块编号,成交价(万元),土地面积(公顷),供应方式\nA-1,44523,4.253829,挂牌\nA-2,695.42,0.5,拍卖\n".encode("gb18030")


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
