"""web3 without its other half: what is put off works when it is used after all."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]


def run(code: str) -> None:
    """In a process of its own, in which nothing is imported yet."""
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


def test_spared_packages_are_absent_and_whole_when_somebody_wants_them() -> None:
    run("""
import sys
from oracle.cli.common.lean import PUT_OFF, spare
spare()
spare()
import web3
put_off = [name for names in PUT_OFF.values() for name in names]
assert put_off and not set(put_off) & sys.modules.keys()
from eth_account import Account
from eth_keyfile import keyfile
from web3.utils import async_exception_handling
account = Account.create()
kept = account.encrypt("secret", "pbkdf2")
assert Account.decrypt(kept, "secret") == account.key
assert "py_ecc" not in sys.modules
secret = keyfile.bls.SkToPk(5)  # the first use
import aiohttp, py_ecc.bls, py_ecc.bls12_381, py_ecc.secp256k1
assert secret == py_ecc.bls.G2ProofOfPossession.SkToPk(5)
assert keyfile.MAX_V3_PRIVATE_KEY == py_ecc.secp256k1.N - 1
assert keyfile.MAX_V4_PRIVATE_KEY == py_ecc.bls12_381.curve_order - 1
timeout = async_exception_handling.ClientTimeout(5)
assert isinstance(timeout, aiohttp.ClientTimeout)
""")


def test_spared_packages_imported_before_are_left_alone() -> None:
    run("""
import aiohttp, py_ecc.bls
from oracle.cli.common.lean import spare
spare()
import web3
from eth_keyfile import keyfile
from web3.utils import async_exception_handling
assert keyfile.bls is py_ecc.bls.G2ProofOfPossession
assert async_exception_handling.ClientTimeout is aiohttp.ClientTimeout
""")
