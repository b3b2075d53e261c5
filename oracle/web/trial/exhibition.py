"""Nets that draw, and the tokens of their pictures, on a devnet that nobody has seen.

The nets' code is there from the first block on, as a genesis has it: to create it by
transactions would take half a minute, and `plumb model deploy --evm` shows how.
"""

import tinynn
from converters.evm import compiled
from oracle.chain.chain import Chain
from oracle.chain.local.accounts import development_accounts
from oracle.chain.local.endpoint import EmbeddedEndpoint
from oracle.devnet.setup import Ready
from oracle.evm import publish
from oracle.evm.pictures import TOKENS, create_token
from oracle.sending.sender import Sender
from tinynn import models


def exhibited(ready: Ready) -> dict[str, bytes]:
    """The tokens' addresses by their models' names."""
    embedded = ready.devnet.chain
    chain = Chain(EmbeddedEndpoint.over(embedded))
    sender = Sender(chain, development_accounts(1)[0])
    factory = publish.next_contract(sender, "NetFactory")
    publish.create_factory(sender, factory)
    found = {}
    for name in TOKENS:
        model = tinynn.load(models.path(name))
        made = compiled(model, factory.address)
        parts = made.parts

        def change(state: object) -> None:
            for _, address, code in parts:  # noqa: B023  # called before the next
                state.set_code(address, code)  # type: ignore[attr-defined]

        embedded.alter(change)
        contract = publish.next_contract(sender, TOKENS[name])
        create_token(sender, contract, made, model)
        found[name] = contract.address
    return found
