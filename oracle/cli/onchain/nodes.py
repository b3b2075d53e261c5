"""What the commands that start a node share."""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from threading import Event

from mips_vm.compiled import llvm
from oracle import logs
from oracle.config import Settings
from oracle.devnet.serving import serving, stopping
from oracle.models.library import Library
from oracle.models.models import STORE, ModelProvider, Named
from oracle.models.stocker import Stocker
from oracle.node.honest import Honest
from oracle.node.loop import Loop
from oracle.node.node import Node
from oracle.node.notifier import Notifier
from oracle.node.roles.node_config import NodeSettings
from oracle.node.roles.roles import Place
from oracle.sending.connection import (
    connected,
    deployed_on,
    hold_to_chain,
    sender_of,
    store_of,
)
from oracle.sending.sender import Sender

LOCAL = "127.0.0.1"

log = logs.logger(__name__)

Make = Callable[[Place, Sender, Honest], Node]


def place_of(settings: Settings) -> Place:
    """The chain of the settings, and the contracts on it."""
    chain = connected(settings)
    return Place(chain, deployed_on(settings, chain))


def providers(settings: NodeSettings) -> Callable[[], ModelProvider]:
    """Makes providers that ask the chain through connections of their own."""
    return lambda: place_of(settings).provider(settings)


def tell_models(library: Library, missing: Sequence[Named]) -> None:
    """What the node is about to serve, for those who expected something else."""
    if not library.served and not missing:
        cure = f"name some with --model, or all that it holds with --model {STORE}"
        log.warning("no models", cure=cure)
    if unnamed := len(library) - library.served:
        log.info("models held and not served", count=unnamed)


def run_node(settings: NodeSettings, make: Make) -> None:
    """Runs a node until the process is asked to stop."""
    if settings.alone:
        llvm.avoid()  # before anything is hashed
    logs.configure(settings.log_json)
    with ExitStack() as stack:
        stop: Event = stack.enter_context(stopping())
        place = place_of(settings)
        contracts = place.deployments.contracts
        hold_to_chain(place.chain, contracts, settings.confirmations)
        store = store_of(settings, place.chain)
        stack.callback(store.close)
        sender = sender_of(settings, place.chain, store)
        executors = stack.enter_context(settings.executors())
        players = stack.enter_context(settings.players(executors))
        library, missing = place.at_hand(settings)
        strategy = Honest(library, executors=executors, players=players)
        stocker = Stocker(library, providers(settings), strategy.news.set)
        stack.enter_context(stocker)
        tell_models(library, missing)
        stocker.order(missing)
        node = make(place, sender, strategy)
        tell = stack.enter_context(settings.telling())
        node.tell = tell
        node.record.forgets = True
        node.record.heard = Notifier(node.record, node.address, tell).hear
        loop = Loop(node, settings.poll, news=strategy.news)
        if settings.metrics is not None:
            from oracle.operator.metrics import (
                application,  # all commands come through here
            )

            host, _, port = settings.metrics.rpartition(":")
            app = application(loop, strategy, lambda: stocker.awaited)
            url = stack.enter_context(serving(app, host or LOCAL, int(port)))
            log.info("metrics", url=f"{url}/metrics")
        loop.run(stop)
