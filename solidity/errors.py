"""What can go wrong between Solidity's sources and Python.

SolidityError
├── ArtifactError
│   ├── UnknownArtifact        no such committed artifact
│   └── MalformedArtifact      a file that is not an hh-sol-artifact-1
└── BuildError
    ├── ToolMissing            node or npm is not installed
    ├── InstallFailed          npm could not install the compiler
    ├── WrongCompiler          npm's compiler is not the pinned one
    ├── UnknownSource          a name or an import that no source file has
    ├── CompileFailed          the compiler refused the sources
    ├── ContractTooLarge       a deployable contract exceeds EIP-170
    ├── ArtifactsStale         committed artifacts are not what the sources give
    └── PackageError
        ├── NotACheckout       the files written by hand are not there
        ├── BadDeployment      a deployment file that can't be read
        ├── PackFailed         npm ended with an error
        └── FolderNotEmpty     where the package should go is something else
"""

from pathlib import Path


class SolidityError(Exception):
    """Root of this folder's errors."""


class ArtifactError(SolidityError):
    """A committed artifact can't be used."""


class UnknownArtifact(ArtifactError):
    """There is no artifact of that name."""

    def __init__(self, known: list[str], name: str) -> None:
        super().__init__(f"expected one of {', '.join(known)}; got {name!r}")
        self.known = known
        self.name = name


class MalformedArtifact(ArtifactError):
    """The file is not an hh-sol-artifact-1."""

    def __init__(self, path: str, expected: str, actual: object) -> None:
        super().__init__(f"{path}: expected {expected}, got {actual!r}")
        self.path = path
        self.expected = expected
        self.actual = actual


class BuildError(SolidityError):
    """The artifacts can't be built."""


class ToolMissing(BuildError):
    """A program that only the build needs is absent."""

    def __init__(self, tool: str) -> None:
        super().__init__(
            f"expected {tool!r} on the PATH, found none; Node 18 or newer brings it. "
            "Only rebuilding the contracts needs it: the artifacts are committed"
        )
        self.tool = tool


class InstallFailed(BuildError):
    """npm ended with an error."""

    def __init__(self, package: str, output: str) -> None:
        super().__init__(f"expected npm to install {package}, got: {output.strip()}")
        self.package = package
        self.output = output


class WrongCompiler(BuildError):
    """The installed compiler has other bytes than the pinned one."""

    def __init__(self, expected: str, actual: str) -> None:
        super().__init__(f"compiler's sha256: expected {expected}, got {actual}")
        self.expected = expected
        self.actual = actual


class UnknownSource(BuildError):
    """No source file defines what was asked for."""

    def __init__(self, known: list[str], name: str) -> None:
        super().__init__(f"expected one of {', '.join(known)}; got {name!r}")
        self.known = known
        self.name = name


class CompileFailed(BuildError):
    """The compiler's own words."""

    def __init__(self, source: str, message: str) -> None:
        super().__init__(f"{source}: expected no errors or warnings, got:\n{message}")
        self.source = source
        self.message = message


class ContractTooLarge(BuildError):
    """Deployed code is longer than EIP-170 allows."""

    def __init__(self, contract: str, maximum: int, actual: int) -> None:
        super().__init__(
            f"{contract}: expected at most {maximum} bytes of code (EIP-170), "
            f"got {actual}"
        )
        self.contract = contract
        self.maximum = maximum
        self.actual = actual


class ArtifactsStale(BuildError):
    """Rebuilding gives other files than the committed ones."""

    def __init__(self, names: list[str]) -> None:
        super().__init__(
            "expected the committed artifacts to be what the sources give, got "
            f"differences in {', '.join(names)}; run `make build`"
        )
        self.names = names


class PackageError(BuildError):
    """The npm package can't be made."""


class NotACheckout(PackageError):
    """An installed wheel has no `packages/`."""

    def __init__(self, expected: Path) -> None:
        super().__init__(f"expected {expected}, found none: use a clone of the sources")
        self.expected = expected


class BadDeployment(PackageError):
    """The file is not what `plumb deploy` writes."""

    def __init__(self, path: Path, actual: str) -> None:
        super().__init__(
            f"{path}: expected the deployment of the chain in its name, got {actual}"
        )
        self.path = path
        self.actual = actual


class PackFailed(PackageError):
    """npm's own words."""

    def __init__(self, output: str) -> None:
        super().__init__(f"expected npm to pack, got: {output.strip()}")
        self.output = output


class FolderNotEmpty(PackageError):
    """Nothing is overwritten."""

    def __init__(self, folder: Path) -> None:
        super().__init__(f"expected a new or empty folder, got {folder} with files")
        self.folder = folder
