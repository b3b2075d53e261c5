"""A page's commands typed as it has them, each in the terminal that it names."""

import os
import re
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

BLOCK = re.compile(r"^```sh\n# terminal (\d+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
GOES_ON = re.compile(r"plumb (devnet$|\w+ start\b)")
"""Commands that keep their terminal until they are interrupted."""
PATIENCE_SECONDS = 300
NEEDS_NPM = "## Ask from a contract of your own"
NEEDS_SMOLLM2 = "## Ask a language model"
MODELS = Path("build/models")
SMOLLM2 = MODELS / "SmolLM2-135M-Instruct.Q4_1.gguf"
"""Where `make model-smollm2` puts it."""


@dataclass
class Terminals:
    """Shells in `folder`; what goes on in one is interrupted by the next command."""

    folder: Path
    environment: dict[str, str]
    busy: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    logs: dict[str, str] = field(default_factory=dict)

    def type(self, terminal: str, commands: str) -> None:
        """Runs all commands of a block; raises if one fails."""
        self.interrupt(terminal)
        *lines, last = commands.rstrip("\n").split("\n")
        if not GOES_ON.match(last):
            self.run(commands)
            return
        if lines:
            self.run("\n".join(lines))
        log = self.folder / f"terminal{terminal}.log"
        with log.open("ab") as output:
            self.busy[terminal] = subprocess.Popen(
                ["bash", "-c", f"exec {last}"],
                cwd=self.folder,
                env=self.environment,
                stdout=output,
                stderr=output,
            )

    def run(self, commands: str) -> None:
        done = subprocess.run(
            ["bash", "-e", "-c", commands],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=PATIENCE_SECONDS,
        )
        told = f"{commands}\n{done.stdout}{done.stderr}"
        assert done.returncode == 0, told + self.everything()

    def interrupt(self, terminal: str) -> None:
        """Ctrl-C, if anything goes on there; it must end well."""
        process = self.busy.pop(terminal, None)
        if process is not None:
            assert process.poll() is None, self.everything()
            process.send_signal(signal.SIGINT)
            assert process.wait(PATIENCE_SECONDS) == 0, self.everything()

    def everything(self) -> str:
        """What the terminals that are kept busy have shown."""
        logs = sorted(self.folder.glob("terminal*.log"))
        return "\n".join(f"== {log.name}\n{log.read_text()}" for log in logs)

    def close(self) -> None:
        for process in self.busy.values():
            process.kill()
            process.wait()


def type_page(page: Path, folder: Path, binaries: Path, port: int, texts: bool) -> int:
    """Types the page in `folder`, on a devnet at `port`; how many blocks it has.

    Where there is no npm, a section is left out; so is SmolLM2's where it is absent or
    no `texts` are wanted, which take a minute.
    """
    text, checkout = page.read_text(), page.parent.parent
    if shutil.which("npm") is None:
        text = without(text, NEEDS_NPM)
    if not texts or not (checkout / SMOLLM2).exists():
        text = without(text, NEEDS_SMOLLM2)
    environment = {k: v for k, v in os.environ.items() if "PLUMB" not in k}
    environment |= {
        "PATH": f"{binaries}:{environment['PATH']}",
        "PLUMB_PORT": str(port),
        "ETH_RPC_URL": f"http://127.0.0.1:{port}",
        "WEB3_HTTP_PROVIDER_URI": f"http://127.0.0.1:{port}",
        "PLUMB_HOME": str(folder / "home"),
    }
    (folder / MODELS.parent).mkdir()
    for linked in ("docs", "solidity", MODELS):
        (folder / linked).symlink_to(checkout / linked)
    blocks = BLOCK.findall(text)
    terminals = Terminals(folder, environment)
    try:
        for terminal, commands in blocks:
            terminals.type(terminal, commands)
            if commands.startswith("plumb devnet\n"):
                wait_until_listening(folder / f"terminal{terminal}.log")
        for terminal in sorted(terminals.busy, reverse=True):
            terminals.interrupt(terminal)
    finally:
        terminals.close()
    return len(blocks)


def without(text: str, section: str) -> str:
    """The page less one of its sections."""
    return re.sub(rf"^{section}$.*?(?=^## )", "", text, flags=re.M | re.S)


def wait_until_listening(log: Path) -> None:
    """As a person does, who reads the screen."""
    end = time.monotonic() + PATIENCE_SECONDS
    while "JSON-RPC" not in log.read_text():
        assert time.monotonic() < end, log.read_text()
        time.sleep(0.1)
