"""The committed artifacts are what the committed sources give."""

import shutil

import pytest

from solidity import artifact, build, errors
from solidity.artifacts import ARTIFACTS, BUILD_RECORD, names

needs_node = pytest.mark.skipif(
    shutil.which("node") is None or shutil.which("npm") is None,
    reason="node and npm are absent",
)


def test_build_record_committed_matches_sources_and_settings():
    committed = (ARTIFACTS / BUILD_RECORD).read_text()
    current = build.build_record(build.read_sources())
    assert committed == current, "solidity/artifacts are stale: run `make build`"


def test_artifacts_every_one_has_its_source():
    sources = build.read_sources()
    for name in names():
        key = artifact(name).source.removeprefix("src/")
        assert name in sources[key]


def test_artifacts_deployable_fit_eip_170():
    for name in names():
        if not artifact(name).source.startswith("src/" + build.TEST_FOLDER):
            assert len(artifact(name).deployed_bytecode) <= build.MAX_CODE_SIZE


@pytest.mark.toolchain
@needs_node
def test_build_of_a_few_repeated_gives_committed_bytes():
    """A contract, and one that has a library's code in it; `make audit` builds all."""
    files = build.build(["NetFactory", "Cheques"])
    assert sorted(files) == ["Cheques.json", "NetFactory.json"]
    assert build.stale(files, complete=False) == []


@pytest.mark.heavy
@pytest.mark.toolchain
@needs_node
def test_build_repeated_gives_committed_bytes():
    files = build.build([])
    assert build.stale(files, complete=True) == []


def test_closure_follows_relative_imports_and_leaves_the_rest():
    sources = {
        "A.sol": 'import {B} from "./sub/B.sol";\n',
        "sub/B.sol": 'import {\n    C,\n    D\n} from "../C.sol";\nimport "./E.sol";\n',
        "C.sol": 'import {A} from "./A.sol";\n',
        "sub/E.sol": "",
        "Unused.sol": "",
    }
    unit = build.closure(sources, "A.sol")
    assert set(unit) == {"A.sol", "C.sol", "sub/B.sol", "sub/E.sol"}


def test_closure_missing_import_is_refused():
    sources = {"A.sol": 'import {B} from "./sub/B.sol";\n'}
    with pytest.raises(errors.UnknownSource, match=r"sub/B\.sol"):
        build.closure(sources, "A.sol")


def test_artifact_unknown_name_is_refused():
    with pytest.raises(errors.UnknownArtifact, match="NoSuchContract"):
        artifact("NoSuchContract")


def test_install_without_node_says_what_is_missing(monkeypatch):
    monkeypatch.setenv("PATH", "")
    with pytest.raises(errors.ToolMissing, match="'node'"):
        build.install_compiler()


def test_contract_over_eip_170_is_refused():
    code = {"object": "00" * (build.MAX_CODE_SIZE + 1), "linkReferences": {}}
    contract = {"abi": [], "evm": {"bytecode": code, "deployedBytecode": code}}
    with pytest.raises(errors.ContractTooLarge, match="24576.*24577"):
        build._artifact("Big.sol", "Big", contract, [])
