"""Commands that take the settings, whose options they all have in common."""

from collections.abc import Callable
from inspect import Parameter, Signature, signature
from typing import Any, get_type_hints

from oracle.cli.common import options
from oracle.config import Settings

SHARED: dict[str, Any] = {
    "rpc_url": options.RpcUrl,
    "chain_id": options.ChainId,
    "account": options.AccountName,
    "keystore": options.KeystorePath,
    "password_file": options.PasswordFile,
    "sender": options.From,
    "max_fee": options.MaxFee,
    "home": options.Home,
    "deployments": options.Deployments,
    "database": options.Database,
    "config": options.Config,
}
Command = Callable[..., None]


def settled(kind: type[Settings] = Settings) -> Callable[[Command], Command]:
    """Makes of `run(settings, ...)` a command with the settings' options and its own.

    An option of `run` that is a setting of `kind` itself is read from there: `run` gets
    None for it.
    """

    def decorate(run: Command) -> Command:
        hints = get_type_hints(run, include_extras=True)
        own = list(signature(run).parameters.values())[1:]
        # A setting of the command's own stands in the settings, not among arguments.
        mine = [p.name for p in own if p.name in kind.model_fields]

        def command(**given: Any) -> None:
            flags = {name: given.pop(name) for name in (*SHARED, *mine)}
            missing = dict.fromkeys(mine)
            run(kind.read(**flags), **given, **missing)

        shared = [
            Parameter(name, Parameter.KEYWORD_ONLY, default=None, annotation=hint)
            for name, hint in SHARED.items()
        ]
        listed = [p.replace(kind=Parameter.KEYWORD_ONLY) for p in own] + shared
        types = {p.name: hints[p.name] for p in own} | SHARED
        command.__name__, command.__doc__ = run.__name__, run.__doc__
        command.__annotations__ = types
        command.__signature__ = Signature(  # type: ignore[attr-defined]
            [p.replace(annotation=types[p.name]) for p in listed]
        )
        return command

    return decorate
