"""Starts and stops a real Elasticsearch and a real PostgreSQL on loopback, for tests and for trying things out.

    python tests/services.py start elasticsearch [--port 9200] [--heap 512m]
    python tests/services.py start postgres      [--port 5433]
    python tests/services.py stop  elasticsearch|postgres [--port N]
    python tests/services.py missing             what this machine lacks; exit 1 if anything

`start` prints the address as its last line and is content with a server of its own that already runs. Only the standard
library is used, so that it works before anything is installed. Both servers refuse to run as root: there an account is
made for them. State lies in SERVICES_HOME, or in a directory of the user's own under the temporary directory.
"""

from __future__ import annotations

import argparse
import json
import os
import pwd
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import urllib.request
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

ES_VERSION = "9.2.0"
ARTIFACT = f"org.elasticsearch.distribution.integ-test-zip:elasticsearch:{ES_VERSION}:zip"
COPY_GOAL = "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy"
JAVA_LEAST = 21
ACCOUNT = "portal-services"  # the servers' account where the user is root
PORTS = {"elasticsearch": 9200, "postgres": 5433}
START_SECONDS = 180
ES_URL = "http://127.0.0.1:{port}"
PG_URL = "postgresql+psycopg://portal@127.0.0.1:{port}/portal"
ES_SETTINGS = """\
discovery.type: single-node
http.host: 127.0.0.1
http.port: {port}
transport.host: 127.0.0.1
transport.port: 0
path.data: {run}/data
path.logs: {run}/logs
cluster.routing.allocation.disk.threshold_enabled: false
xpack.security.enabled: false
"""
PG_OPTIONS = "-p {port} -h 127.0.0.1 -k {run} -c fsync=off -c full_page_writes=off -c synchronous_commit=off"


class Missing(Exception):
    """This machine cannot run the service; the message says what to do about it."""


@dataclass(frozen=True)
class Service:
    """How one server is checked for, started, stopped, found by its process and addressed."""

    missing: Callable[[], str | None]
    start: Callable[[int, str], None]
    stop: Callable[[int], None]
    pid_file: str
    url: str


def start(name: str, port: int | None = None, heap: str = "512m") -> str:
    """Start the service unless it runs already; returns its address. Raises Missing."""
    service, port = SERVICES[name], port or PORTS[name]
    if _alive(_directory(name, port) / service.pid_file, port):
        return service.url.format(port=port)
    if reason := service.missing():
        raise Missing(reason)
    service.start(port, heap)
    return service.url.format(port=port)


def stop(name: str, port: int | None = None) -> None:
    """Stop the service that `start` started on that port, and forget its data; fine where there is none."""
    SERVICES[name].stop(port or PORTS[name])


def missing(name: str) -> str | None:
    """Why the service cannot run here, in a sentence, or None where it can."""
    return SERVICES[name].missing()


def free_port() -> int:
    """A port of loopback that nobody uses now."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def home() -> Path:
    """The directory of all state, which must be this user's own."""
    path = Path(os.environ.get("SERVICES_HOME") or Path(tempfile.gettempdir()) / f"portal-test-services-{os.getuid()}")
    path.mkdir(mode=0o755, parents=True, exist_ok=True)
    if path.stat().st_uid != os.getuid():
        raise Missing(f"{path} belongs to another user: set SERVICES_HOME to a directory of your own")
    return path


def _owner() -> pwd.struct_passwd:
    if os.getuid() != 0:
        return pwd.getpwuid(os.getuid())
    try:
        return pwd.getpwnam(ACCOUNT)
    except KeyError:
        subprocess.run(["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", ACCOUNT], check=True)
        return pwd.getpwnam(ACCOUNT)


def _run(command: list[str], run: Path, **environment: str) -> None:
    """Run a server's program as the servers' account, in its directory; its words go to a log that a failure shows."""
    owner, log = _owner(), run / "start.log"
    as_owner = {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []} if os.getuid() == 0 else {}
    environment = {**os.environ, "HOME": str(run), **environment}
    with log.open("ab") as words:
        streams = {"stdin": subprocess.DEVNULL, "stdout": words, "stderr": words}
        done = subprocess.run(command, cwd=run, env=environment, timeout=START_SECONDS, **streams, **as_owner)
    if done.returncode:
        tail = "\n".join(log.read_text(errors="replace").splitlines()[-20:])
        raise Missing(f"{Path(command[0]).name} ended with {done.returncode}:\n{tail}")


def _directory(name: str, port: int) -> Path:
    return home() / f"{name}-{port}"


def _fresh_directory(name: str, port: int) -> Path:
    run = _directory(name, port)
    shutil.rmtree(run, ignore_errors=True)
    run.mkdir()
    return run


def _give_away(run: Path) -> None:
    for path in (run, *run.rglob("*")) if os.getuid() == 0 else ():
        shutil.chown(path, _owner().pw_uid, _owner().pw_gid)


def _alive(pid_file: Path, port: int) -> int | None:
    """The process whose id stands in the first line of that file, if it lives and something answers on the port."""
    try:
        pid = int(pid_file.read_text().split()[0])
        os.kill(pid, 0)
        socket.create_connection(("127.0.0.1", port), timeout=5).close()
    except (OSError, ValueError, IndexError):
        return None
    return pid


def find_java() -> Path | None:
    """The home of a JDK that is new enough."""
    named = [Path(os.environ[name]) for name in ("ES_JAVA_HOME", "JAVA_HOME") if os.environ.get(name)]
    found = [*Path("/usr/lib/jvm").glob("*"), *Path("/Library/Java/JavaVirtualMachines").glob("*/Contents/Home")]
    return next((one for one in [*named, *found] if _java_version(one) >= JAVA_LEAST), None)


def _java_version(java_home: Path) -> int:
    program = java_home / "bin" / "java"
    if not program.is_file():
        return 0
    words = subprocess.run([program, "-version"], capture_output=True, text=True, check=False).stderr
    number = re.search(r'version "(\d+)', words)
    return int(number[1]) if number else 0


def _distribution() -> Path:
    return home() / f"elasticsearch-{ES_VERSION}"


def _missing_elasticsearch() -> str | None:
    if not find_java():
        return f"Elasticsearch {ES_VERSION} needs a JDK {JAVA_LEAST} or newer: install one, or name it in ES_JAVA_HOME"
    if not _distribution().is_dir() and not shutil.which("mvn"):
        return "Elasticsearch is fetched with Maven: install maven, or set TEST_SEARCH_URL to a server that runs"
    return None


def _fetch_elasticsearch() -> None:
    """Unpack beside its place and move it there, so that half a distribution is never taken for one."""
    with tempfile.TemporaryDirectory(dir=home()) as name:
        fetch = ["mvn", "-q", "-B", COPY_GOAL, f"-Dartifact={ARTIFACT}", f"-DoutputDirectory={name}"]
        if subprocess.run(fetch, stdin=subprocess.DEVNULL, stdout=sys.stderr, check=False).returncode:
            raise Missing(f"Maven could not fetch {ARTIFACT}: see its words above")
        with zipfile.ZipFile(Path(name) / f"elasticsearch-{ES_VERSION}.zip") as archive:
            archive.extractall(name)
        unpacked = Path(name) / f"elasticsearch-{ES_VERSION}"
        for path in unpacked.rglob("*"):
            path.chmod(0o755 if path.is_dir() or "bin" in path.parts else 0o644)
        unpacked.rename(_distribution())


def _start_elasticsearch(port: int, heap: str) -> None:
    if not _distribution().is_dir():
        _fetch_elasticsearch()
    run = _fresh_directory("elasticsearch", port)
    shutil.copytree(_distribution() / "config", run / "config")
    (run / "config" / "elasticsearch.yml").write_text(ES_SETTINGS.format(port=port, run=run))
    options = run / "config" / "jvm.options"  # words need no module for vectors, which small JDKs lack
    options.write_text(re.sub(r".*=jdk\.incubator\.vector", "", options.read_text()))
    for name in ("data", "logs", "tmp"):
        (run / name).mkdir()
    _give_away(run)
    program = _distribution() / "bin" / "elasticsearch"
    places = {"ES_JAVA_HOME": str(find_java()), "ES_PATH_CONF": str(run / "config"), "ES_TMPDIR": str(run / "tmp")}
    _run([str(program), "-d", "-p", str(run / "pid")], run, ES_JAVA_OPTS=f"-Xms{heap} -Xmx{heap}", **places)
    address = f"{ES_URL.format(port=port)}/_cluster/health?wait_for_status=yellow&timeout=60s"
    with urllib.request.urlopen(address, timeout=90) as answer:  # noqa: S310 - an address of our own making
        if json.load(answer)["timed_out"]:
            raise Missing("Elasticsearch is up but its cluster is not healthy")


def _stop_elasticsearch(port: int) -> None:
    run = _directory("elasticsearch", port)
    if pid := _alive(run / "pid", port):
        os.kill(pid, signal.SIGKILL)  # its data is thrown away, so there is nothing to wait for
    shutil.rmtree(run, ignore_errors=True)


def _find_postgres() -> Path | None:
    """The directory with the newest server's programs."""
    found = [*Path("/usr/lib/postgresql").glob("*/bin"), *Path("/opt/homebrew/opt").glob("postgresql*/bin")]
    on_path = shutil.which("initdb")
    newest = sorted((one for one in found if (one / "initdb").is_file()), key=_version_in)
    return newest[-1] if newest else (Path(on_path).parent if on_path else None)


def _version_in(path: Path) -> int:
    return max(map(int, re.findall(r"\d+", str(path))), default=0)


def _missing_postgres() -> str | None:
    if _find_postgres():
        return None
    return "PostgreSQL's server is not installed: apt-get install postgresql, or set TEST_DATABASE_URL"


def _start_postgres(port: int, _heap: str) -> None:
    programs, run = _find_postgres(), _fresh_directory("postgres", port)
    assert programs, "asked for before"
    _give_away(run)
    data, options = str(run / "data"), PG_OPTIONS.format(port=port, run=run)
    locale = "C.UTF-8" if sys.platform == "linux" else "C"
    initdb = [str(programs / "initdb"), "-D", data, "-U", "portal", "--auth=trust", "--encoding=UTF8", "--no-sync"]
    _run([*initdb, f"--locale={locale}"], run)
    _run([str(programs / "pg_ctl"), "-D", data, "-w", "-l", str(run / "log"), "-o", options, "start"], run)
    _run([str(programs / "createdb"), "-h", "127.0.0.1", "-p", str(port), "-U", "portal", "portal"], run)


def _stop_postgres(port: int) -> None:
    programs, run = _find_postgres(), _directory("postgres", port)
    if programs and _alive(run / "data" / "postmaster.pid", port):
        _run([str(programs / "pg_ctl"), "-D", str(run / "data"), "-m", "immediate", "-w", "stop"], run)
    shutil.rmtree(run, ignore_errors=True)


SERVICES = {
    "elasticsearch": Service(_missing_elasticsearch, _start_elasticsearch, _stop_elasticsearch, "pid", ES_URL),
    "postgres": Service(_missing_postgres, _start_postgres, _stop_postgres, "data/postmaster.pid", PG_URL),
}


def main() -> int:
    """The command line; exit 1 with a sentence where a service cannot be started."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("verb", choices=("start", "stop", "missing"))
    parser.add_argument("service", nargs="?", choices=tuple(SERVICES))
    parser.add_argument("--port", type=int)
    parser.add_argument("--heap", default="512m")
    asked = parser.parse_args()
    if asked.verb == "missing":
        reasons = [reason for name in SERVICES if (reason := missing(name))]
        print(*reasons, sep="\n")
        return 1 if reasons else 0
    if not asked.service:
        parser.error("which service?")
    try:
        if asked.verb == "stop":
            stop(asked.service, asked.port)
        else:
            print(start(asked.service, asked.port, asked.heap))
    except (Missing, OSError, subprocess.SubprocessError) as fault:
        print(f"{asked.service}: {fault}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
