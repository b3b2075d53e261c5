"""The options that are settings: of every command that meets a chain, and of nodes.

They have no defaults here, so that environment and file have their say. Flag and
variable follow from the setting's name. The help shows those that all commands share
in a panel of their own, after the command's.
"""

from pathlib import Path
from typing import Annotated, Any, Final

import typer

from oracle.naming import flag_of, variable_of

Option = Any
"""What stands in a command's signature: a type with what Typer is to know of it."""

CHAIN_PANEL: Final = "Chain and account (plumb help chain)"
NODE_PANEL: Final = "Node"
MONEY_PANEL: Final = "What is taken on"


def option(
    name: str, kind: Any, text: str, panel: str | None = None, metavar: str = ""
) -> Option:
    """The option of the setting `name`, which may be left out."""
    told = typer.Option(
        flag_of(name),
        help=f"{text} [{variable_of(name)}]",
        metavar=metavar or None,
        show_default=False,
        rich_help_panel=panel,
    )
    return Annotated[kind | None, told]


Chosen = tuple[str, Any, str] | tuple[str, Any, str, str]
"""A setting's name, its type, its help, and how its value is called."""

CHAIN: Final[tuple[Chosen, ...]] = (
    (
        "rpc_url",
        list[str],
        "Where the chain is; repeat it for others to fall back on.",
        "URL",
    ),
    ("chain_id", int, "Refuse any other chain.", "ID"),
    ("account", str, "Keystore by name; dev:0 to dev:19 on a devnet.", "NAME"),
    ("keystore", Path, "Keystore file, or a folder.", "PATH"),
    ("password_file", Path, "Its first line counts.", "FILE"),
    ("sender", str, "The account's address.", "ADDRESS"),
    ("max_fee", str, "Most to pay for a gas unit, such as 30gwei.", "AMOUNT"),
    ("home", Path, "Keystores, models, database.", "DIR"),
    ("deployments", Path, "Folder of the contracts' addresses.", "DIR"),
    ("database", str, "SQLAlchemy's URL.", "URL"),
    ("config", Path, "Instead of ./plumb.toml.", "FILE"),
)
NODE: Final[tuple[Chosen, ...]] = (
    (
        "processes",
        int,
        "Compute so many answers at once; else one a processor. 0: in this process, "
        "with --executor wasm.",
        "N",
    ),
    (
        "cluster",
        str,
        "Compute on this Ray cluster, such as ray://head:10001 or local.",
        "ADDRESS",
    ),
    (
        "executor",
        str,
        "Compute by `native` code or by `wasm`, slower and the same bits.",
        "NAME",
    ),
    ("poll", float, "Between looks at the chain.", "SECONDS"),
    ("log_json", bool, "One JSON object a line."),
    ("metrics", str, "Serve /metrics, /healthz and /readyz there.", "HOST:PORT"),
    ("webhook", str, "Post claims, disputes and settlements there, as JSON.", "URL"),
    ("max_model_bytes", int, "Fetch no longer image.", "N"),
    (
        "ipfs_gateways",
        list[str],
        "Ask it for ipfs:// images; repeat it for others.",
        "URL",
    ),
    (
        "fetch_from",
        list[str],
        "Let registered URIs lead there, too: file, localhost, an address or a "
        "network. Repeatable.",
        "WHERE",
    ),
)
MONEY: Final[tuple[Chosen, ...]] = (
    ("least_fee", str, "Decline less.", "AMOUNT"),
    (
        "least_profit",
        str,
        "Decline what earns less after gas and the bond's rent.",
        "AMOUNT",
    ),
    ("most_bond", str, "Decline larger bonds.", "AMOUNT"),
    ("most_leases", int, "Have no more to answer at a time.", "N"),
    (
        "bond_rate",
        float,
        "What a locked bond must bring in a year, as a share of it; 0.1.",
        "SHARE",
    ),
    ("claim_share", float, "Of the stake, what one claim may lock; 0.1.", "SHARE"),
    (
        "private",
        list[str],
        "Serve this model, whose image is not published, to this owner alone. "
        "Repeatable.",
        "MODEL=ADDRESS",
    ),
    ("requester_share", float, "And all claims of one requester; 0.25.", "SHARE"),
)
OWN: Final[tuple[Chosen, ...]] = (
    (
        "models",
        list[str],
        "Serve this one: an image, an id, or a name; `store`: all that are held. "
        "Repeatable.",
        "MODEL",
    ),
    ("sample", float, "Check this share of the claims, such as 0.1.", "SHARE"),
    (
        "min_value",
        str,
        "Check only claims whose fee or asked bond is as high, such as 0.1ether.",
        "AMOUNT",
    ),
    (
        "confirmations",
        str,
        "On top of what counts as done, or `finalized`; by default as usual on the "
        "chain.",
        "BLOCKS",
    ),
)


def _named(panel: str | None, chosen: tuple[Chosen, ...]) -> dict[str, Option]:
    return {
        name: option(name, kind, text, panel, *metavar)
        for name, kind, text, *metavar in chosen
    }


SHARED: Final = _named(CHAIN_PANEL, CHAIN)
OPTIONS: Final = (
    SHARED | _named(NODE_PANEL, NODE) | _named(MONEY_PANEL, MONEY) | _named(None, OWN)
)
"""Every option that is a setting, by the setting's name."""

FETCHING: Final = ("models", "max_model_bytes", "ipfs_gateways", "fetch_from")
"""Settings of a command that may have to get a model first."""
SERVING: Final = (
    *FETCHING,
    "processes",
    "cluster",
    "executor",
    "poll",
    "log_json",
    "webhook",
)
"""Settings of every program that follows the chain until it is stopped."""
TERMS: Final = tuple(name for name, *_ in MONEY)
"""A worker's."""
