"""Whole programs in trouble: one clear message with the cure, and no boot loop.

What is wrong at the start ends the program with status 1; what goes wrong later is told
and waited out, and when it is cured, work goes on.
"""

import http.server
import os
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.programs.command import Ended, Plumb, in_a_process, plumb_in
from support.testbeds.embedded import ETHER, WINDOW, EmbeddedTestbed
from web3 import HTTPProvider, Web3

import tinynn
from oracle.chain.chain import Chain
from oracle.chain.endpoint import RemoteEndpoint
from oracle.chain.events import ModelRegistered
from oracle.chain.local.accounts import development_accounts
from oracle.chain.local.known import CHAIN_ID
from oracle.devnet.server import Service, application
from oracle.devnet.serving import serving
from oracle.devnet.setup import Ready, set_up
from oracle.node.loop import Loop
from oracle.node.worker.worker import Worker
from oracle.record.record import Status
from oracle.sending import keys
from oracle.sending.durable import DurableSender
from oracle.sending.sender import Sender
from oracle.store.outbox import Outbox
from oracle.store.store import Store
from solidity.deployment import Parameters
from tinynn import models

WORKER = 6
PATIENCE_SECONDS = 120
MOST_BYTES = 100_000
DISK = """mount -t tmpfs -o size="$1" none "$2"; shift 2; exec "$@" """


class Home:
    """A worker's home on a served devnet, and the command that starts it."""

    def __init__(self, folder: Path, url: str, ready: Ready, plumb: Plumb) -> None:
        self.folder, self.url, self.ready = folder / "home", url, ready
        self.deployments = ready.deployments.write(folder / "deployments").parent
        self._plumb = plumb

    def options(self, *options: object) -> tuple[object, ...]:
        where = ("--rpc-url", self.url, "--deployments", self.deployments)
        return (*where, "--home", self.folder, *options)

    def start(self, *options: object, account: str = f"dev:{WORKER}") -> Ended:
        """Comes back at all only because the program ends by itself."""
        who = ("--account", account)
        return self._plumb("worker", "start", *who, *self.options(*options))

    def fetch(self, model: str, *options: object) -> Ended:
        return self._plumb("model", "fetch", model, *self.options(*options))

    def start_as_a_process(self, before: list[str]) -> tuple[int, str]:
        """Behind another program; its exit status and standard error."""
        command = ("worker", "start", "--account", f"dev:{WORKER}")
        options = self.options("--model", "mnist")
        done = subprocess.run(
            [*before, *in_a_process((*command, *options))],
            capture_output=True,
            text=True,
            timeout=PATIENCE_SECONDS,
        )
        return done.returncode, done.stderr


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[str, Ready]]:
    ready = set_up(Parameters(8, 600))
    with serving(application(Service(ready.devnet)), "127.0.0.1", 0) as url:
        yield url, ready


@pytest.fixture
def home(
    served: tuple[str, Ready], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> Home:
    return Home(tmp_path, *served, plumb_in(capsys))


@pytest.fixture
def endless() -> Iterator[str]:
    """A URI that serves bytes for ever."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            try:
                while True:
                    self.wfile.write(bytes(1 << 16))
            except OSError:
                pass

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/model"
        server.shutdown()
        thread.join()


def assert_one_message(status: int, err: str, *words: str) -> None:
    lines = [line for line in err.splitlines() if line.startswith("plumb: ")]
    assert status == 1
    assert len(lines) == 1 and err.rstrip().endswith(lines[0]), err
    assert "Traceback" not in err
    for word in words:
        assert word in lines[0]


@pytest.mark.parametrize("size", ["32k", "300k"])
def test_worker_on_a_full_disk_says_so(home: Home, size: str) -> None:
    """A file system with no room for the database, or none for the model."""
    home.folder.mkdir()
    alone = ["unshare", "--mount", "sh", "-ec", DISK, "sh", size, str(home.folder)]
    if os.getuid() or subprocess.run([*alone, "true"]).returncode:
        pytest.skip("no file system can be mounted here")
    status, err = home.start_as_a_process(alone)
    assert_one_message(status, err, "make room on the disk")


def test_worker_in_a_read_only_home_says_so(home: Home) -> None:
    home.folder.mkdir(mode=0o500)
    before: list[str] = []
    if os.getuid() == 0:
        if shutil.which("setpriv") is None:
            pytest.skip("root can write anywhere, and no setpriv here")
        without = "-dac_override"
        before = ["setpriv", "--bounding-set", without, "--inh-caps", without]
    status, err = home.start_as_a_process(before)
    assert_one_message(status, err, "writable")


def test_worker_with_a_corrupted_database_says_so(home: Home) -> None:
    genesis = Web3(HTTPProvider(home.url)).eth.get_block(0)["hash"].hex()
    home.folder.mkdir()
    file = home.folder / f"{CHAIN_ID}-{genesis.removeprefix('0x')[:8]}.db"
    file.write_bytes(b"no database " * 1000)
    ended = home.start("--model", "mnist")
    assert_one_message(ended.status, ended.err, file.name, "move the file away")


def test_worker_with_a_wrong_password_says_so(home: Home, tmp_path: Path) -> None:
    keys.create(home.folder / "keystores" / "alice", "right")
    (tmp_path / "password").write_text("wrong\n")
    options = ("--password-file", tmp_path / "password")
    ended = home.start(*options, account="alice")
    assert_one_message(ended.status, ended.err, "alice", "look into the password file")


def test_worker_with_an_empty_balance_says_so(
    home: Home, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    keys.create(home.folder / "keystores" / "poor", "secret")
    (tmp_path / "password").write_text("secret\n")
    who = ("--account", "poor", "--password-file", tmp_path / "password")
    ended = plumb_in(capsys)("worker", "stake", "1ether", *who, *home.options())
    assert_one_message(ended.status, ended.err, "send ether to the account")


def test_worker_with_a_model_file_tampered_with_says_so(home: Home) -> None:
    image = models.path("mnist")
    root = tinynn.load(image).model_root
    folder = home.folder / "models"
    folder.mkdir(parents=True)
    content = bytearray(image.read_bytes())
    content[-1] ^= 1
    stored = folder / f"{root.hex()}.plumb"
    stored.write_bytes(content)
    ended = home.start()
    assert_one_message(ended.status, ended.err, stored.name, "delete the file")


def test_fetch_of_a_model_without_end_says_so(home: Home, endless: str) -> None:
    chain = Chain(RemoteEndpoint(home.url, CHAIN_ID))
    sender = Sender(chain, development_accounts(1)[0])
    registry = home.ready.deployments.contracts.registry
    identity = (os.urandom(32), b"\2" * 32, 0, [endless])
    (told,) = (
        e
        for e in sender.send(registry, "register", *identity).events
        if isinstance(e, ModelRegistered)
    )
    limits = ("--max-model-bytes", MOST_BYTES, "--fetch-from", "localhost")
    begun = time.monotonic()
    ended = home.fetch(f"0x{told.model_id.hex()}", *limits)
    assert_one_message(ended.status, ended.err, endless, f"{MOST_BYTES}")
    assert time.monotonic() - begun < PATIENCE_SECONDS
    parts = list((home.folder / "models").glob(".*.part"))
    assert sum(part.stat().st_size for part in parts) <= MOST_BYTES


def test_worker_whose_disk_fills_up_waits_until_there_is_room(
    world: EmbeddedTestbed, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Told in one line, not as a bug of ours; SQLite is told where the disk ends."""
    account = development_accounts(WORKER)[WORKER - 1]
    address = bytes.fromhex(account.address[2:])
    store = Store(f"sqlite:///{tmp_path / 'plumb.db'}")
    sender = DurableSender(world.chain, account, Outbox(store, CHAIN_ID, address))
    sender.send(world.contracts.staking, "deposit", address, value=ETHER)
    loop = Loop(Worker(sender, world.contracts, world.honest()), poll_seconds=7)
    request = world.ask(bytes(50_000))  # too long for the file's last page
    disk_ends_after(store, pages=1)
    assert loop._turn() == 1
    (told,) = [r for r in caplog.records if r.name == "oracle.node.loop"]
    assert told.exc_info is None
    assert "make room on the disk" in str(vars(told)["reason"])
    disk_ends_after(store, pages=1 << 20)
    while world.record().tables.requests[request].status is not Status.CLAIMED:
        loop._turn()
    assert loop.pulse.failures == 1
    store.close()


def disk_ends_after(store: Store, pages: int) -> None:
    with store.begin() as connection:
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")


@pytest.mark.parametrize("years", [-1, 1])
def test_worker_with_a_wrong_clock_earns_all_the_same(
    world: EmbeddedTestbed, monkeypatch: pytest.MonkeyPatch, years: int
) -> None:
    right = time.time
    monkeypatch.setattr(time, "time", lambda: right() + years * 365 * 24 * 3600)
    world.stake(world.senders[2])
    worker = Worker(world.senders[2], world.contracts, world.honest())
    request = world.ask()
    assert worker.step() and worker.step()
    world.travel(WINDOW)
    assert worker.step()
    assert world.record().tables.requests[request].status is Status.FINAL
