"""`make prove`: halmos on what `tests/proofs/` says, with npm's forge and our compiler.

Ends with 1 if anything is not proved. `FUNCTION` begins the names of those to prove.
"""

import os
import subprocess
import sys
from pathlib import Path

from support.programs.foundry import program

from solidity.build import install_compiler

ROOT = Path(__file__).parents[2]
OUT = "build/proofs/out"
SECONDS = 600
"""For each question to the solver. One that it doesn't answer counts as not proved."""


def main() -> int:
    halmos, *function = sys.argv[1:]
    install_compiler()
    forge = Path(program("forge")).parent
    path = os.pathsep.join([str(forge), os.environ["PATH"]])
    environment = os.environ | {"FOUNDRY_PROFILE": "proofs", "PATH": path}
    command = [halmos, "--root", ".", "--forge-build-out", OUT]
    command += ["--solver-timeout-assertion", f"{SECONDS}s"]
    if function:
        command += ["--function", *function]
    done = subprocess.run(command, cwd=ROOT, env=environment, check=False)
    return int(done.returncode != 0)


if __name__ == "__main__":
    sys.exit(main())
