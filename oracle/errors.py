"""What can go wrong around the chain and the nodes.

OracleError
├── ChainError (oracle/chain/errors.py)
├── UnknownModel        the node holds no image of the model
├── ProgramMismatch     the model runs on a guest that this node does not know
├── CrossCheckFailed    the machine's answer is not the native one
├── ComputationFailed   another process could not compute an answer
├── ExecutorDied        a process that computed an answer is no more
├── NoCluster           no Ray here, or none at the address given
├── NoEngine            what is to compute answers can't run here
├── Hole                logs lack something that the chain has
├── NotRegistered       the registry of this chain has no model with that id
├── NoSuchRequest       the chain has heard of no such request
├── RequestUndone       its block was undone, and its id is another's now
├── NoFinalizedBlock    the node doesn't know which blocks are finalized
├── NotCancelled        a request that can't be taken back as it stands
├── PatienceTooShort    a request's deadline would come before anyone could answer it
├── TooSoon             a request can't be taken back in its first minute
├── StillBound          nor one whose seed is a block's, before its deadline
├── NoTextModel         text for a model that takes none
├── NoBlockSeed         a chain without what a block's seed needs
├── NotItsRequester     only who asked may take a request back before its deadline
├── BadAbi              a file that should hold a contract's ABI doesn't
├── BadDecline          what should be a worker's signed reason isn't
├── NoSuchClaim         no claim of that request is there to be disputed
├── UnknownName         neither a file, nor a model's id, nor the name of one
├── UnknownConsumer     neither a contract's address, nor the name of one
├── NoImage             a file that was named as a model's image is none
├── WrongImage          a file is not the image of the model that it should be
├── NotFetched          no URI of the model led to its image
├── OutOfReach          a stranger's URI leads where only the operator may send us
├── FetchStopped        the program is to end, and so is what it was fetching
├── ImageTooLong        what a URI leads to is longer than the user wants to store
├── BadCard             a file beside an image that is not its model card
├── DeploymentsError
│   ├── NoDeployments   nobody told where the contracts of this chain lie
│   ├── ManyChains      several chains, or none, where one is to be meant
│   └── BadDeployments  a file that does not tell it
├── FolderTaken         a folder to start from would be written over files
├── BadAmount           what should be an amount of money is none
├── SettingsError
│   ├── BadSetting      a flag, variable or key has a value that it can't have
│   ├── UnknownSetting  the settings file has a key that nothing reads
│   ├── MissingSetting  nobody said what has no default
│   └── BadSettingsFile the settings file is absent, or no TOML
├── KeystoreError
│   ├── NoKeystore      no keystore of that name or address where they are kept
│   ├── BadKeystore     a file that is no Web3 Secret Storage of version 3
│   ├── WrongPassword   the password opens no such keystore
│   ├── WrongAccount    the keystore holds another account's key
│   └── OnlyForDevnet   everyone knows the development accounts' keys
└── DemoError
    └── UnknownLie      no such kind of lie
"""

from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path


class OracleError(Exception):
    """Root of every error that this folder raises on purpose."""


class UnknownModel(OracleError):
    def __init__(self, model_id: bytes) -> None:
        self.model_id = model_id
        super().__init__(f"no image held of model 0x{model_id.hex()}")


class ProgramMismatch(OracleError):
    def __init__(self, expected: bytes, actual: bytes) -> None:
        self.expected, self.actual = expected, actual
        super().__init__(
            f"wrong program root: expected 0x{expected.hex()}, got 0x{actual.hex()}"
        )


class CrossCheckFailed(OracleError):
    """Nothing may be claimed: an executor is wrong, on this processor at least."""

    def __init__(self, expected: bytes, actual: bytes) -> None:
        self.expected, self.actual = expected, actual
        super().__init__(
            f"executors disagree: expected 0x{expected.hex()} from the machine, "
            f"got 0x{actual.hex()} natively"
        )


class ComputationFailed(OracleError):
    """`problem` is the other process's error, as text."""

    def __init__(self, problem: str) -> None:
        self.problem = problem
        super().__init__(f"expected an answer from another process, got: {problem}")


class ExecutorDied(OracleError):
    """`exit_code` as processes have it: negative after a signal."""

    def __init__(self, exit_code: int | None) -> None:
        self.exit_code = exit_code
        ending = "ended" if exit_code is None else f"ended with {exit_code}"
        super().__init__(
            f"expected an answer from another process, got none: it {ending}; "
            "if that is -9, the system may be short of memory: try fewer --processes"
        )


class NoCluster(OracleError):
    def __init__(self, address: str, problem: str) -> None:
        self.address = address
        super().__init__(f"--cluster {address}: expected a Ray cluster, got: {problem}")


class NoEngine(OracleError):
    def __init__(self, name: str, problem: str) -> None:
        cure = {
            "native": "pip install llvmlite, or choose --executor wasm",
            "wasm": "in Plumbline's folder, pip install -e '.[wasm]', or "
            "--executor native",
        }[name]
        super().__init__(f"--executor {name}: {problem}: {cure}")


class Hole(OracleError):
    """`missing` says what; `block` is where it was noticed."""

    def __init__(self, missing: str, block: int) -> None:
        self.missing, self.block = missing, block
        super().__init__(f"as of block {block}: {missing}")


class NotRegistered(OracleError):
    def __init__(self, model_id: bytes) -> None:
        self.model_id = model_id
        super().__init__(f"no model 0x{model_id.hex()} is registered on this chain")


class NoSuchRequest(OracleError):
    def __init__(self, request_id: int) -> None:
        self.request_id = request_id
        super().__init__(f"no request {request_id} on this chain")


class RequestUndone(OracleError):
    def __init__(self, request_id: int) -> None:
        self.request_id = request_id
        super().__init__(
            f"request {request_id}: expected the one that was waited for, got another: "
            "its block was undone; ask again"
        )


class NoFinalizedBlock(OracleError):
    def __init__(self, chain_id: int) -> None:
        self.chain_id = chain_id
        super().__init__(
            f"chain {chain_id}: expected the node to know its finalized block, got "
            "none: set --confirmations to a number of blocks"
        )


class NotCancelled(OracleError):
    def __init__(self, request_id: int, actual: str) -> None:
        self.request_id = request_id
        super().__init__(
            f"request {request_id} not cancelled: expected it open, or leased to a "
            f"worker who never answered; got it {actual}"
        )


class PatienceTooShort(OracleError):
    """In seconds. `min_lease` is what a worker has to answer in, at least."""

    def __init__(self, expected: int, actual: int, min_lease: int) -> None:
        self.expected, self.actual = expected, actual
        super().__init__(
            f"patience: expected at least {expected} seconds from the block that takes "
            f"the request (a minute in which it can be accepted, and a lease of "
            f"{min_lease}), got {actual}: name more with --patience"
        )


class TooSoon(OracleError):
    def __init__(self, request_id: int, seconds: int) -> None:
        self.request_id, self.seconds = request_id, seconds
        super().__init__(
            f"request {request_id} not cancelled: expected it a minute after it was "
            f"asked, got {seconds} seconds before: workers may be about to take it"
        )


class StillBound(OracleError):
    def __init__(self, request: int, until: int) -> None:
        self.request, self.until = request, until
        super().__init__(
            f"request {request}: its seed is a block's, so it binds who asked: "
            f"expected its deadline, {until}, to have passed. Who could leave having "
            "seen the seed would choose it"
        )


class NoTextModel(OracleError):
    def __init__(self, name: str, actual: str) -> None:
        self.name, self.actual = name, actual
        super().__init__(
            f"{name}: expected the inputs of a language model (seed uint8[28], options "
            f"int32[8], text uint8[n]), got {actual}"
        )


class NoBlockSeed(OracleError):
    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(
            f"this chain has no seed that nobody chooses: {reason}. Ask with a seed of "
            "your own, or without one (--temperature 0)"
        )


class NotItsRequester(OracleError):
    def __init__(self, request_id: int, expected: str, actual: str) -> None:
        self.request_id, self.expected, self.actual = request_id, expected, actual
        super().__init__(
            f"request {request_id} not cancelled: expected {expected}, who asked, or "
            f"the end of its deadline; got {actual}: if you asked through a contract, "
            "name it with --through"
        )


class BadDecline(OracleError):
    def __init__(self, actual: str) -> None:
        super().__init__(f"expected a reason that a worker has signed, got: {actual}")


class NoSuchClaim(OracleError):
    def __init__(self, request_id: int) -> None:
        self.request_id = request_id
        super().__init__(f"request {request_id} has no claim that could be disputed")


class BadAbi(OracleError):
    def __init__(self, path: Path, actual: str) -> None:
        self.path = path
        super().__init__(f"{path}: expected a contract's ABI in JSON, got {actual}")


class UnknownName(OracleError):
    def __init__(self, known: Sequence[str], actual: str) -> None:
        self.known, self.actual = known, actual
        names = ", ".join(known) or "none"
        super().__init__(
            f"unknown model: expected a file, an id or a name (of {names}); "
            f"got {actual}"
        )


class UnknownConsumer(OracleError):
    def __init__(self, known: Sequence[str], actual: str) -> None:
        self.known, self.actual = known, actual
        super().__init__(
            "unknown contract: expected an address or a name "
            f"(of {', '.join(known) or 'none'}); got {actual}"
        )


class NoImage(OracleError):
    def __init__(self, path: Path, reason: str) -> None:
        self.path = path
        super().__init__(
            f"{path}: expected a model image, as `plumb model convert` makes them; "
            f"{reason}"
        )


class WrongImage(OracleError):
    def __init__(self, path: Path, expected: bytes, actual: str) -> None:
        self.path, self.expected, self.actual = path, expected, actual
        super().__init__(
            f"{path}: expected the image with root 0x{expected.hex()}, got {actual}: "
            "delete the file, and it will be fetched again"
        )


class NotFetched(OracleError):
    def __init__(self, model_root: bytes, reasons: dict[str, str]) -> None:
        self.model_root, self.reasons = model_root, reasons
        told = "; ".join(f"{uri}: {reason}" for uri, reason in reasons.items())
        super().__init__(
            f"image with root 0x{model_root.hex()} not fetched: {told or 'no URIs'}"
        )


class ImageTooLong(OracleError):
    def __init__(self, expected: int, actual: int) -> None:
        self.expected, self.actual = expected, actual
        super().__init__(
            f"image too long: expected at most {expected} bytes, got {actual} or more"
        )


class OutOfReach(OracleError):
    def __init__(self, expected: str, actual: str) -> None:
        self.expected, self.actual = expected, actual
        super().__init__(
            f"expected {expected}, got {actual}: if you trust whoever registered the "
            "model, allow it with --fetch-from"
        )


class FetchStopped(OracleError):
    def __init__(self) -> None:
        super().__init__("expected an image, got none: asked to stop")


class BadCard(OracleError):
    def __init__(self, path: Path, expected: str, actual: str) -> None:
        self.path, self.expected, self.actual = path, expected, actual
        super().__init__(f"{path}: expected {expected}, got {actual}")


class DeploymentsError(OracleError):
    """Where the contracts lie is not known."""


class NoDeployments(DeploymentsError):
    def __init__(self, path: Path, chain_id: int) -> None:
        self.path, self.chain_id = path, chain_id
        super().__init__(
            f"expected the contracts of chain {chain_id} in {path}, got no such file: "
            "name its folder with --deployments, or run `plumb deploy`"
        )


class ManyChains(DeploymentsError):
    def __init__(self, folder: Path, chain_ids: Sequence[int]) -> None:
        self.folder = folder
        found = ", ".join(map(str, chain_ids)) or "none"
        super().__init__(
            f"expected one chain's file in {folder}, got {found}: name the chain with "
            "--chain-id, or the folder with --deployments (`plumb deploy` and `plumb "
            "devnet` write it)"
        )


class BadDeployments(DeploymentsError):
    def __init__(self, path: Path, actual: str) -> None:
        self.path = path
        super().__init__(
            f"{path}: expected what `plumb deploy` writes, got {actual}: deploy again, "
            "or name another folder with --deployments"
        )


class FolderTaken(OracleError):
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        super().__init__(
            f"expected a new or empty folder, got {folder} with files: name another"
        )


class BadAmount(OracleError, ValueError):
    def __init__(self, expected: str, actual: str) -> None:
        self.expected, self.actual = expected, actual
        super().__init__(f"not an amount: expected {expected}, got {actual}")


class SettingsError(OracleError):
    """What a user set is not what can be set."""


class BadSetting(SettingsError):
    """`origin` is the flag, the environment variable, or the file and its key."""

    def __init__(self, origin: str, problem: str) -> None:
        self.origin, self.problem = origin, problem
        super().__init__(f"{origin}: {problem}")


class UnknownSetting(SettingsError):
    def __init__(self, file: Path, known: Sequence[str], actual: str) -> None:
        self.file, self.actual = file, actual
        close = get_close_matches(actual, known, 1)
        meant = close[0] if close else f"one of {', '.join(known)}"
        super().__init__(f"{file}: unknown key: expected {meant}, got {actual}")


class MissingSetting(SettingsError):
    def __init__(self, purpose: str, flag: str, variable: str) -> None:
        self.flag = flag
        super().__init__(
            f"expected {purpose}, got none: set {flag}, {variable} or its key in "
            "plumb.toml"
        )


class BadSettingsFile(SettingsError):
    def __init__(self, file: Path, problem: str) -> None:
        self.file = file
        super().__init__(f"{file}: expected settings in TOML, got {problem}")


class KeystoreError(OracleError):
    """No key, so nothing can be signed."""


class NoKeystore(KeystoreError):
    def __init__(self, wanted: str, places: Sequence[Path]) -> None:
        self.wanted = wanted
        looked = ", ".join(map(str, places))
        super().__init__(f"no keystore: expected {wanted} in {looked}; got none")


class BadKeystore(KeystoreError):
    def __init__(self, path: Path, actual: str) -> None:
        self.path = path
        super().__init__(f"{path}: expected a version 3 keystore, got {actual}")


class WrongPassword(KeystoreError):
    def __init__(self, path: Path) -> None:
        self.path = path
        super().__init__(
            f"{path}: expected its password, got another: look into the password file"
        )


class WrongAccount(KeystoreError):
    def __init__(self, path: Path, expected: str, actual: str) -> None:
        self.path, self.expected, self.actual = path, expected, actual
        super().__init__(f"{path}: expected the key of {expected}, got {actual}'s")


class OnlyForDevnet(KeystoreError):
    def __init__(self, expected: int, actual: int) -> None:
        self.expected, self.actual = expected, actual
        super().__init__(
            "everyone knows the keys of development accounts: expected chain "
            f"{expected}, got {actual}"
        )


class DemoError(OracleError):
    """The demo was asked for something that it cannot show."""


class UnknownLie(DemoError):
    def __init__(self, known: tuple[str, ...], actual: str) -> None:
        self.known, self.actual = known, actual
        super().__init__(
            f"unknown kind of lie: expected one of {', '.join(known)}; got {actual}"
        )
