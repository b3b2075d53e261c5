"""The options of every command that meets a chain; each is a setting of `config`.

They have no defaults here, so that environment and file have their say.
"""

from pathlib import Path
from typing import Annotated

import typer

RpcUrl = Annotated[
    list[str] | None,
    typer.Option(
        "--rpc-url",
        help="Where the chain is; repeat it for others to fall back on. [ETH_RPC_URL]",
        show_default=False,
    ),
]
ChainId = Annotated[
    int | None,
    typer.Option("--chain-id", help="Refuse any other chain. [PLUMB_CHAIN_ID]"),
]
AccountName = Annotated[
    str | None,
    typer.Option(
        "--account",
        help="Keystore by name; dev:0 to dev:19 on a devnet. [ETH_KEYSTORE_ACCOUNT]",
    ),
]
KeystorePath = Annotated[
    Path | None,
    typer.Option("--keystore", help="Keystore file, or a folder. [ETH_KEYSTORE]"),
]
PasswordFile = Annotated[
    Path | None,
    typer.Option("--password-file", help="Its first line counts. [ETH_PASSWORD]"),
]
From = Annotated[
    str | None,
    typer.Option("--from", help="The account's address. [ETH_FROM]"),
]
MaxFee = Annotated[
    str | None,
    typer.Option(
        "--max-fee",
        help="Most to pay for a gas unit, such as 30gwei. [PLUMB_MAX_FEE]",
    ),
]
Confirmations = Annotated[
    str | None,
    typer.Option(
        metavar="BLOCKS",
        help="On top of what counts as done, or `finalized`; by default as usual on "
        "the chain. [PLUMB_CONFIRMATIONS]",
    ),
]
Home = Annotated[
    Path | None,
    typer.Option("--home", help="Keystores, models, database. [PLUMB_HOME]"),
]
Deployments = Annotated[
    Path | None,
    typer.Option(
        "--deployments",
        help="Folder of the contracts' addresses. [PLUMB_DEPLOYMENTS]",
    ),
]
Database = Annotated[
    str | None,
    typer.Option("--database", help="SQLAlchemy's URL. [PLUMB_DATABASE]"),
]
Config = Annotated[
    Path | None,
    typer.Option("--config", help="Instead of ./plumb.toml. [PLUMB_CONFIG]"),
]
Models = Annotated[
    list[str] | None,
    typer.Option(
        "--model",
        metavar="MODEL",
        help="Serve this one: an image, an id, or a name; `store`: all that are held. "
        "Repeatable. [PLUMB_MODELS]",
    ),
]
Poll = Annotated[
    float | None,
    typer.Option(metavar="SECONDS", help="Between looks at the chain. [PLUMB_POLL]"),
]
Sample = Annotated[
    float | None,
    typer.Option(
        metavar="SHARE",
        help="Check this share of the claims, such as 0.1. [PLUMB_SAMPLE]",
    ),
]
MinValue = Annotated[
    str | None,
    typer.Option(
        metavar="AMOUNT",
        help="Check only claims whose fee or asked bond is as high, such as 0.1ether. "
        "[PLUMB_MIN_VALUE]",
    ),
]
Processes = Annotated[
    int | None,
    typer.Option(
        help="Compute so many answers at once; by default one a processor. "
        "[PLUMB_PROCESSES]"
    ),
]
Cluster = Annotated[
    str | None,
    typer.Option(
        metavar="ADDRESS",
        help="Compute on this Ray cluster, such as ray://head:10001 or local. "
        "[PLUMB_CLUSTER]",
    ),
]
LogJson = Annotated[
    bool | None,
    typer.Option("--log-json", help="One JSON object a line. [PLUMB_LOG_JSON]"),
]
MaxModelBytes = Annotated[
    int | None,
    typer.Option(help="Fetch no longer image. [PLUMB_MAX_MODEL_BYTES]"),
]

IpfsGateways = Annotated[
    list[str] | None,
    typer.Option(
        "--ipfs-gateway",
        metavar="URL",
        help="Ask it for ipfs:// images; repeat it for others. [PLUMB_IPFS_GATEWAYS]",
    ),
]

FetchFrom = Annotated[
    list[str] | None,
    typer.Option(
        "--fetch-from",
        metavar="WHERE",
        help="Let registered URIs lead there, too: file, localhost, an address or a "
        "network. Repeatable. [PLUMB_FETCH_FROM]",
    ),
]

WebhookUrl = Annotated[
    str | None,
    typer.Option(
        "--webhook",
        metavar="URL",
        help="Post claims, disputes and settlements there, as JSON. [PLUMB_WEBHOOK]",
    ),
]
Metrics = Annotated[
    str | None,
    typer.Option(
        metavar="HOST:PORT",
        help="Serve /metrics, /healthz and /readyz there. [PLUMB_METRICS]",
    ),
]
