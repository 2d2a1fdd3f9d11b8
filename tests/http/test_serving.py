"""Real processes: start, stop, death of a worker, death of the parent, TLS, shared figures."""

from __future__ import annotations

import json
import os
import signal
import socket
import ssl
import subprocess
import sys
import threading
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.http.live import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
MANY = 2


class Served:
    """The processes of `python -m tests.http.served` and what they wrote."""

    def __init__(self, data_dir: Path, **settings: str) -> None:
        own = {name: value for name, value in os.environ.items() if not name.startswith("LRS_")}
        environment = {"LRS_PORT": "0", "LRS_DATA_DIR": str(data_dir), "LRS_WORK": "no"}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.http.served"],
            cwd=ROOT,
            env=own | environment | settings,
            stderr=subprocess.PIPE,
        )
        self.lines: list[dict[str, Any]] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stderr is not None
        with self.process.stderr as stream:
            for line in stream:
                text = line.decode()
                self.lines.append(json.loads(text) if text.startswith("{") else {"message": text})

    def logged(self, message: str) -> list[dict[str, Any]]:
        """Return the log lines with that message."""
        return [line for line in self.lines if line["message"] == message]

    def wait_for(self, message: str, times: int = 1) -> list[dict[str, Any]]:
        """Wait until the message was logged so often."""
        wait_until(lambda: len(self.logged(message)) >= times, f"{message!r} in {self.lines}")
        return self.logged(message)

    @property
    def url(self) -> str:
        """Where it listens."""
        return str(self.wait_for("listening")[0]["url"])

    def get(self, target: str) -> str:
        """Return the body of an answer to GET."""
        return httpx.get(self.url + target, timeout=20, trust_env=False).text

    def workers_seen(self) -> set[int]:
        """Return the processes that answer a few requests."""
        return {int(self.get("/worker")) for _ in range(10)}

    def end(self) -> int:
        """Wait for the exit and return its status."""
        status = self.process.wait(20)
        self._reader.join(20)
        return status

    def kill(self) -> None:
        """Leave nothing behind."""
        for line in self.logged("ready"):
            if is_running(line["process"]):
                os.kill(line["process"], signal.SIGKILL)
        self.process.kill()
        self.end()


@contextmanager
def serving(data_dir: Path, **settings: str) -> Iterator[Served]:
    """Serve while inside, from when all workers are ready."""
    served = Served(data_dir, **settings)
    try:
        served.wait_for("ready", int(settings.get("LRS_WORKERS", "1")))
        yield served
    finally:
        served.kill()


def is_running(process: int) -> bool:
    """Tell whether the process lives; one that only waits to be buried does not."""
    try:
        status = Path(f"/proc/{process}/stat").read_text()
    except OSError:
        return False
    return status.rpartition(")")[2].split()[0] != "Z"


def is_refused(url: str) -> bool:
    """Tell whether nobody listens there any more."""
    try:
        socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2])), timeout=20).close()
    except ConnectionRefusedError:
        return True
    return False


@contextmanager
def request_under_way(served: Served, seconds: float) -> Iterator[list[str]]:
    """Send a request that takes so long; inside, it has begun; afterwards the list has its body."""
    answers: list[str] = []

    def ask() -> None:
        answers.append(served.get(f"/wait?seconds={seconds}"))

    asking = threading.Thread(target=ask)
    asking.start()
    served.wait_for("waiting")
    yield answers
    asking.join(20)


# One process


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_with_status_0(tmp_path: Path, number: signal.Signals) -> None:
    with serving(tmp_path) as served:
        assert int(served.get("/worker")) == served.process.pid
        served.process.send_signal(number)
        assert served.end() == 0
        assert served.logged("a request failed") == []


def test_a_running_request_is_finished_before_the_end(tmp_path: Path) -> None:
    with serving(tmp_path) as served:
        with request_under_way(served, 0.6) as answers:
            served.process.terminate()
        assert served.end() == 0
    assert answers == ['"done"']


def test_a_request_that_outlives_the_grace_is_answered_and_ended(tmp_path: Path) -> None:
    with serving(tmp_path, LRS_SHUTDOWN_GRACE_SECONDS="0.3") as served:
        with request_under_way(served, 60) as answers:
            served.process.terminate()
        assert served.end() == 0
    assert json.loads(answers[0])["error"] == "stopping"


def test_what_hangs_at_the_end_is_ended_hard() -> None:
    program = (
        "import atexit, time; from lrs.serving import exit_hard_after; "
        "atexit.register(time.sleep, 1000); exit_hard_after(0.1)"
    )
    command = [sys.executable, "-c", program]
    ended = subprocess.run(command, cwd=ROOT, timeout=20, check=False)  # noqa: S603 - our own
    assert ended.returncode == 1


def test_requests_are_logged_as_json_lines(tmp_path: Path) -> None:
    with serving(tmp_path) as served:
        served.get("/worker?agent=someone@example.com")
        served.process.terminate()
        served.end()
        (line,) = [line for line in served.lines if line.get("logger") == "access"]
    assert (line["route"], line["status"]) == ("/worker", 200)
    assert "someone" not in json.dumps(served.lines)


def test_a_taken_port_is_one_clear_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        served = Served(tmp_path, LRS_PORT=str(port))
        assert served.end() == 2
    (line,) = served.lines
    assert line["message"] == f"cannot listen on 127.0.0.1:{port}: Address already in use\n"


def test_unusable_tls_files_are_one_clear_line(tmp_path: Path) -> None:
    missing = str(tmp_path / "missing.pem")
    served = Served(tmp_path, LRS_TLS_CERTIFICATE=missing, LRS_TLS_KEY=missing)
    assert served.end() == 2
    (line,) = served.lines
    assert line["message"].startswith(f"cannot use LRS_TLS_CERTIFICATE={missing}")


# Several processes


@pytest.mark.parametrize("workers", ["1", "2"])
def test_an_application_that_cannot_start_ends_the_server(tmp_path: Path, workers: str) -> None:
    (tmp_path / "broken").touch()
    served = Served(tmp_path, LRS_WORKERS=workers)
    assert served.end() == 1
    assert served.logged("the server failed")
    assert served.logged("ready") == []


@pytest.fixture(scope="module")
def crowd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server of two processes that its tests leave running."""
    with serving(tmp_path_factory.mktemp("crowd"), LRS_WORKERS=str(MANY)) as served:
        yield served


def test_the_workers_share_the_listening_socket(crowd: Served) -> None:
    ready = {line["process"] for line in crowd.logged("ready")}
    assert crowd.process.pid not in ready
    wait_until(lambda: len(crowd.workers_seen()) > 1, "more than one worker has answered")
    assert crowd.workers_seen() <= ready


def test_any_worker_tells_the_figures_of_all(crowd: Served) -> None:
    def counted() -> float:
        lines = crowd.get("/metrics").splitlines()
        start = 'lrs_http_requests_total{method="GET",route="/worker",status="200"} '
        return sum(float(line.removeprefix(start)) for line in lines if line.startswith(start))

    before = counted()
    for _ in range(20):
        crowd.get("/worker")
    assert {counted() for _ in range(10)} == {before + 20}


def test_a_killed_worker_is_replaced(tmp_path: Path) -> None:
    with serving(tmp_path, LRS_WORKERS=str(MANY)) as served:
        victim = served.logged("ready")[0]["process"]
        os.kill(victim, signal.SIGKILL)
        served.wait_for("a worker died, starting another")
        served.wait_for("ready", times=MANY + 1)
        assert victim not in served.workers_seen()
        served.process.terminate()
        assert served.end() == 0


def test_a_worker_that_cannot_start_again_does_not_take_the_others_with_it(tmp_path: Path) -> None:
    with serving(tmp_path, LRS_WORKERS=str(MANY)) as served:
        (tmp_path / "broken").touch()  # as a database that is away for a while
        victim, other = (line["process"] for line in served.logged("ready"))
        os.kill(victim, signal.SIGKILL)
        served.wait_for("a worker died, starting another", times=3)
        assert served.workers_seen() == {other}
        (tmp_path / "broken").unlink()
        served.wait_for("ready", times=MANY + 1)
        served.process.terminate()
        assert served.end() == 0


def test_a_signal_to_the_parent_ends_all_after_their_requests(tmp_path: Path) -> None:
    with serving(tmp_path, LRS_WORKERS=str(MANY)) as served:
        with request_under_way(served, 0.6) as answers:
            served.process.terminate()
            wait_until(lambda: is_refused(served.url), "connections are refused")
        assert served.end() == 0
        assert not any(is_running(line["process"]) for line in served.logged("ready"))
    assert answers == ['"done"']


def test_the_workers_end_when_their_parent_is_killed(tmp_path: Path) -> None:
    with serving(tmp_path, LRS_WORKERS=str(MANY)) as served:
        ready = [line["process"] for line in served.logged("ready")]
        served.process.kill()
        wait_until(lambda: not any(map(is_running, ready)), "the workers have ended")


def test_the_figures_leave_no_folder_behind(tmp_path: Path) -> None:
    settings = {"LRS_WORKERS": str(MANY), "LRS_METRICS_DIR": str(tmp_path)}
    with serving(tmp_path, **settings) as served:
        served.get("/worker")
        (folder,) = tmp_path.iterdir()
        assert list(folder.iterdir())
        served.process.terminate()
        assert served.end() == 0
    assert list(tmp_path.iterdir()) == []


# TLS


@pytest.fixture
def tls_files(tmp_path: Path) -> tuple[Path, Path]:
    """Certificate for 127.0.0.1, signed by itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    files = tmp_path / "certificate.pem", tmp_path / "key.pem"
    files[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    files[1].write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return files


def test_tls_files_make_it_https(tmp_path: Path, tls_files: tuple[Path, Path]) -> None:
    certificate, key = map(str, tls_files)
    with serving(tmp_path, LRS_TLS_CERTIFICATE=certificate, LRS_TLS_KEY=key) as served:
        assert served.url.startswith("https://")
        context = ssl.create_default_context(cafile=certificate)
        url = served.url.replace("127.0.0.1", "localhost") + "/worker"
        response = httpx.get(url, verify=context, timeout=20, trust_env=False)
        assert response.json() == served.process.pid
        assert response.headers["Strict-Transport-Security"]
