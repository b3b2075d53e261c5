"""Commands that take settings, whose options they have in common."""

from collections.abc import Callable
from importlib import import_module
from inspect import Parameter, Signature, signature
from typing import TYPE_CHECKING, Any, Final, Literal

from oracle.cli.common.options import OPTIONS, SHARED

if TYPE_CHECKING:
    from oracle.config import Settings

Kind = Literal["plain", "node", "worker", "challenger"]
KINDS: Final[dict[Kind, tuple[str, str]]] = {
    "plain": ("oracle.config", "Settings"),
    "node": ("oracle.node.roles.node_config", "NodeSettings"),
    "worker": ("oracle.node.roles.roles", "WorkerSettings"),
    "challenger": ("oracle.node.roles.roles", "ChallengerSettings"),
}
"""Where the settings of each kind are; imported when a command runs, not for help."""
Command = Callable[..., None]


def settings_of(kind: Kind) -> "type[Settings]":
    module, name = KINDS[kind]
    found: type[Settings] = getattr(import_module(module), name)
    return found


def settled(kind: Kind = "plain", *names: str) -> Callable[[Command], Command]:
    """Makes of `run(settings, ...)` a command with the settings' options and its own.

    Besides those that all have, the options of the settings `names`. The annotations
    of `run`'s own parameters must be objects, not text.
    """
    taken = {name: OPTIONS[name] for name in (*names, *SHARED)}

    def decorate(run: Command) -> Command:
        own = list(signature(run).parameters.values())[1:]

        def command(**given: Any) -> None:
            flags = {name: given.pop(name) for name in taken}
            run(settings_of(kind).read(**flags), **given)

        listed = [p.replace(kind=Parameter.KEYWORD_ONLY) for p in own] + [
            Parameter(name, Parameter.KEYWORD_ONLY, default=None, annotation=hint)
            for name, hint in taken.items()
        ]
        command.__name__, command.__doc__ = run.__name__, run.__doc__
        command.__annotations__ = {p.name: p.annotation for p in listed}
        command.__signature__ = Signature(listed)  # type: ignore[attr-defined]
        return command

    return decorate
