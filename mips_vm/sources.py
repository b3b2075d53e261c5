"""A fingerprint of this folder's code, as it was when the folder was imported.

Cached native code belongs to the code that made it. Were the files read later, an
upgrade under a running process would let it file its own code under the new one's name.
"""

import hashlib
from pathlib import Path
from typing import Final


def fingerprint(folder: Path) -> str:
    """Changes with any Python file in `folder` or below."""
    digest = hashlib.sha256()
    for source in sorted(folder.rglob("*.py")):
        digest.update(hashlib.sha256(source.read_bytes()).digest())
    return digest.hexdigest()


FINGERPRINT: Final = fingerprint(Path(__file__).parent)
