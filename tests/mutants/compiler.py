"""Solidity compiled fast: for tests of what the code does, not of what it costs.

The old code generator, optimised for size, since the oracle would be too large else,
takes a part of the time that the committed artifacts take, and the compiler is loaded
once instead of for each contract.
"""

import json
import subprocess
from pathlib import Path
from typing import Any

from solidity import build

FAST = build.SETTINGS | {"viaIR": False, "optimizer": {"enabled": True, "runs": 1}}


class Compiler:
    """One process of solc. `seconds`: the CPU time that it has used."""

    def __init__(self, root: Path) -> None:
        build.install_compiler()
        self.seconds = 0.0
        self._process = subprocess.Popen(
            ["node", str(root / "tests" / "mutants" / "solc_server.cjs")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def artifacts(self, sources: build.Sources, names: tuple[str, ...]) -> build.Files:
        """Of those sources' contracts; empty if one does not compile."""
        files: build.Files = {}
        for name in names:
            output = self._compiled(sources, f"{name}.sol")
            # A warning is not enough: what is never used any more is a mutant, too.
            if any(e["severity"] == "error" for e in output.get("errors", [])):
                return {}
            files |= build.artifacts_of(f"{name}.sol", output)
        return {f"{name}.json": text for name, text in files.items()}

    def _compiled(self, sources: build.Sources, key: str) -> dict[str, Any]:
        request = build.standard_request(sources, key, FAST)
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        answer = json.loads(self._process.stdout.readline())
        self.seconds = answer["seconds"]
        output: dict[str, Any] = answer["output"]
        return output

    def close(self) -> None:
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()
