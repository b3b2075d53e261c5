"""`make cosmos`: models and the verifier on a real chain, `wasmd` on this machine.

Builds it from the Go module proxy, unless PLUMB_WASMD names one. Tells what happens on
standard error, and prints a JSON summary last. The exit status is 1 if anything is not
as it should be.
"""

import json
import os
import sys
import tempfile
import time
from dataclasses import asdict
from pathlib import Path

from coincurve import PrivateKey
from cosmos import story
from cosmos.wasmd import MODULE, NoGo, ready

from oracle.bench.cosmos import COINS, KEY, PREFIX, STORIES, measured_on
from oracle.cosmos.address import address_of
from oracle.cosmos.local import VARIABLE, running
from oracle.cosmos.sender import Sender


def main() -> int:
    try:
        os.environ[VARIABLE] = str(ready())
    except NoGo as error:
        print(error, file=sys.stderr)
        return 1
    data = story.folder_of_stories()
    if data is not None:
        os.environ.setdefault(STORIES, str(data))
    keys = [PrivateKey(bytes([i]) * 32) for i in (2, 3, 4)]
    people = [address_of(k.public_key.format(), PREFIX) for k in (KEY, *keys)]
    begun, told = time.monotonic(), []
    with (
        tempfile.TemporaryDirectory() as folder,
        running(Path(folder) / "home", dict.fromkeys(people, COINS)) as chain,
    ):
        senders = [Sender(chain.node, key, PREFIX) for key in keys]
        stage = story.Stage(chain, *senders, data, told.append)
        for part in story.PARTS:
            part(stage)
            for line in told:
                print(line, file=sys.stderr)
            told.clear()
        gas = measured_on(chain)
        height = chain.node.height()
    summary = {
        "wasmd": MODULE,
        "seconds": round(time.monotonic() - begun, 1),
        "blocks": height,
        "parts": [part.__name__ for part in story.PARTS],
        "gas": asdict(gas),
    }
    print(json.dumps(summary, indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
