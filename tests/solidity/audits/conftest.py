"""A worker that is audited; its contract's ether is counted afterwards."""

from collections.abc import Iterator

import pytest
from support.chains.evm import Chain
from support.games.audited import AuditedStory


@pytest.fixture
def audited(chain: Chain) -> Iterator[AuditedStory]:
    """Joined, on a chain whose books conftest.py above audits too."""
    story = AuditedStory(chain)
    story.join()
    yield story
    held = chain.balance(chain.address("Audits"))
    requests = range(1, chain.call("InferenceOracle", "lastRequestId") + 1)
    aside = [chain.call("Audits", "getAudit", request) for request in requests]
    open_ = sum(audit.prize for audit in aside if audit.stage in (1, 2))
    assert held - story.program.pool - open_ == owed(story)


def owed(story: AuditedStory) -> int:
    """Shares that were awarded and not collected; each test's last confession."""
    if not hasattr(story, "confessed"):
        return 0
    ask = ("Audits", "shareOf", story.confessed_hash)
    accounts = story.chain.accounts.values()
    return sum(int(story.chain.call(*ask, account)) for account in accounts)
