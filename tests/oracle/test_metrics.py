"""What a node tells machines about itself."""

import re
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
from support.world import World

from oracle.loop import Loop
from oracle.metrics import application
from oracle.serving import serving
from oracle.worker import Worker


def test_metrics_tell_what_was_sent_and_whether_all_is_well(world: World) -> None:
    world.stake(world.senders[2])
    world.ask()
    worker = Worker(world.senders[2], world.contracts, world.honest())
    loop = Loop(worker, poll_seconds=1)
    with serving(application(loop), "127.0.0.1", 0) as url:
        assert urlopen(f"{url}/healthz").status == 200
        with pytest.raises(HTTPError, match="503"):
            urlopen(f"{url}/readyz")
        while not loop._turn():
            pass
        told = urlopen(f"{url}/metrics").read().decode()
        assert 'plumb_transactions_total{function="accept"} 1.0' in told
        assert 'plumb_transactions_total{function="submit"} 1.0' in told
        assert "plumb_open_games 0.0" in told
        (spent,) = re.findall(r"^plumb_spent_wei_total (.*)$", told, re.MULTILINE)
        assert float(spent) == worker.sender.spent_wei > 0
        assert urlopen(f"{url}/readyz").status == 200

        def act() -> None:
            raise ConnectionError("away")

        worker.act = act  # type: ignore[method-assign]
        loop._turn()
        with pytest.raises(HTTPError, match="503"):
            urlopen(f"{url}/readyz")
        assert "plumb_failures_total 1.0" in urlopen(f"{url}/metrics").read().decode()
