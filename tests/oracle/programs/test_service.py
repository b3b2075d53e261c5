"""The systemd unit and the container file name what there is."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from support.programs.command import plumb_in

from oracle.node.roles.roles import ChallengerSettings, WorkerSettings

ROOT = Path(__file__).parents[3]
UNIT = ROOT / "oracle" / "service" / "plumb@.service"
CONTAINER = ROOT / "Containerfile"
INSTALLED = "/opt/plumb/bin/plumb"


def test_unit_is_one_that_systemd_takes(tmp_path: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("no systemd-analyze here")
    assert INSTALLED in UNIT.read_text()
    unit = tmp_path / "plumb@worker.service"
    unit.write_text(UNIT.read_text().replace(INSTALLED, sys.executable))
    done = subprocess.run(
        ["systemd-analyze", "verify", str(unit)], capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("role", ["worker", "challenger"])
def test_unit_starts_a_command_that_there_is(
    role: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (line,) = re.findall(rf"^ExecStart={INSTALLED} (.*)$", UNIT.read_text(), re.M)
    command = line.replace("%i", role).split()
    assert plumb_in(capsys)(*command, "--help").status == 0


def test_unit_gives_up_after_failures_that_repeat() -> None:
    settings = dict(re.findall(r"^(\w+)=(.*)$", UNIT.read_text(), re.M))
    burst = int(settings["StartLimitBurst"]) * int(settings["RestartSec"])
    assert settings["Restart"] == "on-failure"
    assert burst < int(settings["StartLimitIntervalSec"]), (
        "else it would go on for ever"
    )


@pytest.mark.parametrize("file", [UNIT, CONTAINER])
def test_variables_are_settings_that_a_node_reads(file: Path) -> None:
    named = re.findall(r"PLUMB_(\w+)=", file.read_text())
    known = {*WorkerSettings.model_fields, *ChallengerSettings.model_fields}
    assert named and {name.lower() for name in named} <= known
