"""`python tests/audit/solidity.py`: slither on the contracts that are deployed.

Runs in an environment of its own (`make audit`), since slither pins other versions of
what we need. Ends with 1 if it finds what `EXPLAINED` does not hold, or if an
explanation has nothing left to explain.
"""

import inspect
import os
import re
import sys
from pathlib import Path

from crytic_compile import CryticCompile
from crytic_compile.platform.solc_standard_json import SolcStandardJson
from slither import Slither
from slither.detectors import all_detectors
from slither.detectors.abstract_detector import AbstractDetector

ROOT = Path(__file__).parents[2]
SOURCES = ROOT / "solidity" / "src"
COMPILER = ROOT / "solidity" / "solc.cjs"
SETTINGS = {
    "viaIR": True,
    "optimizer": {"enabled": True, "runs": 10_000},
    "evmVersion": "cancun",
    "remappings": [],
    "outputSelection": {
        "*": {
            "*": ["abi", "metadata", "devdoc", "userdoc", "evm.bytecode"]
            + ["evm.deployedBytecode"],
            "": ["ast"],
        }
    },
}

CLOCKS = (
    "clocks, windows and leases are in seconds: minutes at least, a builder has few"
)
PLAIN_TWIN = "tests/solidity compares it with its plain twin"
EXPLAINED = {
    ("timestamp", ""): CLOCKS,
    ("assembly", ""): PLAIN_TWIN,
    ("too-many-digits", ""): "addresses and masks of 32 bits have 8 digits",
    ("low-level-calls", "Staking"): "ether is sent; success is checked",
    ("missing-zero-check", "Staking"): "their constructors check that they are there",
    ("shadowing-local", "IModelRegistry"): "a parameter named as what it sets",
    ("uninitialized-local", "MipsVerifier"): "a struct in memory begins as zeros",
    ("low-level-calls", "NetDirectory"): "ether is sent; success is checked",
    ("low-level-calls", "Cheques"): "ether is sent; success is checked",
    ("divide-before-multiply", "Audits"): "a share of 2^256: what is lost is a part in"
    " 2^242",
    ("low-level-calls", "Audits"): "what burns is sent to nobody; success is checked",
    ("low-level-calls", "BlockSeed"): "what has no ABI; success and length are checked",
    ("low-level-calls", "Infer"): "what has no ABI; success and length are checked",
    ("arbitrary-send-eth", "NetDirectory"): "a bond goes to its publisher, or to who"
    " struck it",
    ("missing-zero-check", "StoryToken"): "its deployer names who is paid",
    (
        "missing-zero-check",
        "ReviewedShop",
    ): "its deployer names who is paid",
    ("missing-zero-check", "Cheques"): "an example: who draws a cheque names the payee",
    ("incorrect-equality", "InferenceOracle"): "numbers that are 0 where there is none",
    ("incorrect-equality", "OaoAdapter"): "hashes, roots and a status are compared",
    ("unused-return", "InferenceOracle"): "one value of two is needed",
    ("divide-before-multiply", "HandToken"): "a mask of whole lanes",
    ("divide-before-multiply", "Bitmap"): "8 or 24 bits are whole bytes",
    ("divide-before-multiply", "Hex"): "masks of whole lanes",
    ("divide-before-multiply", "Base64"): "masks of whole lanes; groups begun count",
    ("shadowing-local", "HandToken"): "a parameter named as what it sets",
    ("shadowing-local", "PainterToken"): "a parameter named as what it sets",
    ("low-level-calls", "NetRelay"): "what has no ABI; success and length are checked",
    ("unused-return", "OaoAdapter"): "one value of two is needed",
    ("unimplemented-functions", "VerifiedContent"): "for the contracts that inherit",
    ("uninitialized-local", "Infer"): "a word that begins at 0, filled byte by byte",
    ("reentrancy-benign", "StoryToken"): "calls the oracle that it trusts",
    ("reentrancy-events", "StoryToken"): "calls the oracle that it trusts",
    ("reentrancy-benign", "DrawnToken"): "calls the oracle that it trusts",
    ("reentrancy-events", "DrawnToken"): "calls the oracle that it trusts",
    ("reentrancy-benign", "ReviewedShop"): "calls the oracle that it trusts",
    ("reentrancy-events", "ReviewedShop"): "calls the oracle that it trusts",
    ("reentrancy-benign", "OaoAdapter"): "calls the oracle that it trusts",
    ("reentrancy-events", "OaoAdapter"): "calls the oracle that it trusts",
    ("reentrancy-eth", "OaoAdapter"): "calls the oracle that it trusts; what is asked"
    " again is forgotten first",
    ("low-level-calls", "TokenDesk"): "ether, and tokens that return nothing; success"
    " is checked",
    ("missing-zero-check", "TokenDesk"): "its owner says where its own ether goes",
    ("reentrancy-benign", "TokenDesk"): "calls the token that its owner chose, and the"
    " oracle; what each paid was moved by then",
    ("reentrancy-events", "TokenDesk"): "calls the token that its owner chose, and the"
    " oracle",
    ("reentrancy-benign", "InferenceConsumer"): "calls the oracle that it trusts",
    ("reentrancy-benign", "DigitReader"): "calls the oracle that it trusts",
    ("reentrancy-events", "DigitReader"): "calls the oracle that it trusts",
    ("reentrancy-events", "InferenceOracle"): "calls its own Staking; the callback's"
    " result is what the event tells",
    ("divide-before-multiply", "Swarm"): "what doesn't divide stays with the prize, or"
    " burns",
    (
        "divide-before-multiply",
        "ModelSwarm",
    ): "what doesn't divide stays there",
    ("divide-before-multiply", "Ratings"): "deviations are rounded down in fixed point",
    (
        "encode-packed-collision",
        "ModelSwarm",
    ): "each part's hash was checked; joined they are what a model reads",
    ("incorrect-equality", "Swarm"): "no hash is 0 but that of no block",
    ("incorrect-equality", "ModelSwarm"): "no hash is 0 but that of no block",
    ("calls-loop", "Swarm"): "calls its own Staking; batches are as long as is asked",
    ("calls-loop", "ModelSwarm"): "calls its own Staking; batches are as is asked",
    ("reentrancy-events", "Swarm"): "calls its own Staking",
    ("reentrancy-events", "ModelSwarm"): "calls its own Staking",
    ("reentrancy-no-eth", "Swarm"): "calls its own Staking, which calls nobody",
    ("reentrancy-no-eth", "ModelSwarm"): "calls its own Staking, which calls nobody",
    ("uninitialized-local", "Swarm"): "sums and counts begin at 0",
    ("uninitialized-local", "ModelSwarm"): "sums and counts begin at 0",
    ("uninitialized-local", "Scores"): "sums and counts begin at 0",
    ("uninitialized-local", "Ring"): "sums and counts begin at 0",
    ("uninitialized-local", "Marks"): "a word that begins at 0, filled byte by byte",
    ("reentrancy-eth", "MockInferenceOracle"): "for tests, and calls its own Staking",
    ("reentrancy-benign", "MockInferenceOracle"): "for tests, calls its own Staking",
    ("reentrancy-events", "MockInferenceOracle"): "for tests, calls its own Staking",
}
"""By detector and contract; an empty contract stands for all."""


def findings() -> list[dict[str, str]]:
    os.chdir(SOURCES)  # crytic-compile looks for each source below where it runs
    paths = [path for path in sorted(Path().rglob("*.sol")) if path.parts[0] != "test"]
    request = {
        "language": "Solidity",
        "sources": {path.as_posix(): {"content": path.read_text()} for path in paths},
        "settings": SETTINGS,
    }
    unit = SolcStandardJson(request)
    slither = Slither(CryticCompile(unit, solc=str(COMPILER)))
    for _, detector in inspect.getmembers(all_detectors, inspect.isclass):
        if issubclass(detector, AbstractDetector):
            slither.register_detector(detector)
    return [found for result in slither.run_detectors() for found in result]


def main() -> int:
    used, unexplained = set(), 0
    for found in findings():
        text = found["description"].strip()
        place = text.removeprefix("Reentrancy in ").removeprefix("Low level call in ")
        contract = re.split(r"\W", place, maxsplit=1)[0]
        keys = {(found["check"], contract), (found["check"], "")} & EXPLAINED.keys()
        used |= keys
        if not keys:
            unexplained += 1
            print(f"{found['impact']} {found['check']}: {text}")
    idle = EXPLAINED.keys() - used
    for key in sorted(idle):
        print(f"explained, but no longer found: {key}")
    print(f"slither: {unexplained} findings without an explanation")
    return 1 if unexplained or idle else 0


if __name__ == "__main__":
    sys.exit(main())
