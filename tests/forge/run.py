"""`make forge`: the tests in Solidity, by npm's forge and the compiler that we pin."""

import os
import subprocess
import sys
from pathlib import Path

from support.programs.foundry import program

from solidity.build import install_compiler

ROOT = Path(__file__).parents[2]


def main() -> int:
    install_compiler()
    environment = os.environ | {"FOUNDRY_PROFILE": sys.argv[1]}
    forge = [program("forge"), "test", *sys.argv[2:]]
    return subprocess.run(forge, cwd=ROOT, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
