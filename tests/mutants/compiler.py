"""Solidity compiled fast: for tests of what the code does, not of what it costs.

The old code generator, optimised for size, since the oracle would be too large else,
takes a part of the time that the committed artifacts take, and the compiler is loaded
once instead of for each contract. Contracts whose stack is too deep for it, as the
swarms' are, are compiled by the new one.
"""

import json
import subprocess
from pathlib import Path
from typing import Any

from solidity import build

FAST = build.SETTINGS | {"viaIR": False, "optimizer": {"enabled": True, "runs": 1}}
DEEP = FAST | {"viaIR": True}
TOO_DEEP = "Stack too deep"


class Compiler:
    """One process of solc. `seconds`: the CPU time that it has used."""

    def __init__(self, root: Path) -> None:
        build.install_compiler()
        self.seconds = 0.0
        self._deep: set[str] = set()  # keys of sources
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
            key = next(k for k in sources if k.split("/")[-1] == f"{name}.sol")
            output = self._compiled(sources, key)
            if TOO_DEEP in str(output.get("errors")):
                self._deep.add(key)
                output = self._compiled(sources, key)
            # A warning is not enough: what is never used any more is a mutant, too.
            if any(e["severity"] == "error" for e in output.get("errors", [])):
                return {}
            files |= build.artifacts_of(key, output)
        return {f"{name}.json": text for name, text in files.items()}

    def _compiled(self, sources: build.Sources, key: str) -> dict[str, Any]:
        settings = DEEP if key in self._deep else FAST
        request = build.standard_request(sources, key, settings)
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
