"""`plumb new worker`: the folder works as it is written."""

import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest
from support.programs.command import plumb_in
from support.testbeds.devnet import DevnetTestbed

VARIABLES = ("PLUMB_HOME", "ETH_RPC_URL", "PLUMB_DEPLOYMENTS", "PLUMB_MODELS")


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for variable in VARIABLES:
        monkeypatch.delenv(variable, raising=False)
    return monkeypatch


def test_worker_of_a_new_folder_lacks_nothing_but_its_stake(
    testbed: DevnetTestbed, tmp_path: Path, alone: pytest.MonkeyPatch
) -> None:
    alone.chdir(tmp_path)
    testbed.place.deployments.write(tmp_path / "deployments")
    plumb = testbed._plumb
    url = ("--rpc-url", testbed.shared[1])
    told = plumb("new", "worker", "50% off $mine", *url, "--json").json()
    folder = tmp_path / "50% off $mine"
    assert told["files"] == [
        ".gitignore",
        "README.md",
        "deployments/31337.json",
        "plumb-worker.service",
        "plumb.toml",
    ]
    assert told["next"][0] == "cd '50% off $mine'"
    unit = (folder / "plumb-worker.service").read_text()
    assert f"WorkingDirectory={tmp_path}/50%% off $mine\n" in unit
    alone.chdir(folder)
    for command in told["next"][1:-1]:
        _, *words = command.split()
        assert plumb(*words).status == 0, command
    findings = plumb("worker", "doctor", "--json").json()["findings"]
    assert all(finding["well"] for finding in findings)


def test_new_folder_of_another_chain_has_a_keystore(
    tmp_path: Path,
    alone: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    testbed: DevnetTestbed,
) -> None:
    written = testbed.place.deployments.write(tmp_path / "deployments")
    text = written.read_text().replace("31337", "8453")
    (tmp_path / "deployments" / "8453.json").write_text(text)
    alone.chdir(tmp_path)
    image = tmp_path / "net.plumb"
    image.touch()
    plumb = plumb_in(capsys)
    two = plumb("new", "worker", "mine")
    assert (two.status, two.out) == (1, "")
    assert "got 8453, 31337" in two.err or "got 31337, 8453" in two.err
    options = ("--chain-id", 8453, "--model", "net.plumb", "--account", "it's me")
    told = plumb("new", "worker", "mine", *options, "--json").json()
    assert "plumb worker init --account 'it'\"'\"'s me'" in told["next"]
    settings = tomllib.loads((tmp_path / "mine" / "plumb.toml").read_text())
    assert settings["account"] == "it's me"
    assert settings["password_file"] == "password"
    assert settings["worker"]["models"] == [str(image)]
    full = plumb("new", "worker", "mine", *options)
    assert (full.status, "new or empty folder" in full.err) == (1, True)


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="no systemd here")
def test_unit_of_a_new_folder_is_one_that_systemd_reads(
    testbed: DevnetTestbed, tmp_path: Path, alone: pytest.MonkeyPatch
) -> None:
    alone.chdir(tmp_path)
    testbed.place.deployments.write(tmp_path / "deployments")
    testbed._plumb("new", "worker", "a b")
    unit = tmp_path / "a b" / "plumb-worker.service"
    command = ["systemd-analyze", "--user", "verify", str(unit)]
    alone.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
