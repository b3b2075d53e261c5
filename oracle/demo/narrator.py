"""Tells the story on a terminal."""

from rich.console import Console
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from oracle.chain.events import Proved
from oracle.demo.dispute import interval_of
from oracle.demo.drawing import Image, half_blocks
from oracle.demo.evidence import Evidence
from oracle.demo.outcome import Outcome, Reading, Verdict
from oracle.demo.troupe import ETHER
from oracle.node.actions import Done
from oracle.sending.sender import Receipt

COLOURS = {
    "publisher": "blue",
    "asker": "cyan",
    "worker": "green",
    "liar": "red",
    "challenger": "yellow",
    "slanderer": "magenta",
}
LEVELS = {1: "segments", 2: "instructions"}


class Narrator:
    """A `Teller` with colours."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def chapter(self, number: int, title: str) -> None:
        self._console.print()
        self._console.rule(Text(f"{number}. {title}", style="bold"), align="left")
        self._console.print()

    def said(self, text: str) -> None:
        self._console.print(Text(text, style="italic"))

    def drew(self, digit: int, image: Image) -> None:
        lines = [Text(line, style="white on black") for line in half_blocks(image)]
        caption = f"a {digit}, 784 bytes"
        picture = Panel(Text("\n").join(lines), title=caption, width=32, expand=False)
        self._console.print(picture)

    def acted(self, role: str, receipt: Receipt, remark: str) -> None:
        self._line(role, receipt.action, remark, receipt.gas_used)

    def moved(self, role: str, done: Done) -> None:
        interval = interval_of(done)
        where = ""
        if interval is not None:
            what = f"level {interval.level}, {LEVELS[interval.level]}"
            inside = f" of segment {interval.segment}" if interval.level == 2 else ""
            where = f"{what} {interval.start:,} to {interval.end:,}{inside}"
        self._line(role, done.action.function, where, done.receipt.gas_used)
        for event in done.receipt.events:
            if isinstance(event, Proved):
                self._decided(event)

    def shown(self, seen: Evidence) -> None:
        table = Table.grid(padding=(0, 2))
        table.add_row("instruction", Text(seen.text, style="bold"))
        table.add_row(
            "at", f"pc {seen.pc:#010x}, step {seen.step:,} of segment {seen.segment}"
        )
        table.add_row("operands", _values(seen.operands))
        for side, said in (("worker", seen.worker), ("challenger", seen.challenger)):
            wrote = _values(said.writes)
            table.add_row(f"the {side} says", wrote, _short(said.root))
        self._console.print(Panel(table, title="one instruction is left", expand=False))

    def judged(self, verdict: Verdict) -> None:
        colour = COLOURS[verdict.winner]
        self._marked(
            f"[bold {colour}]The {verdict.winner} wins[/] after {verdict.transactions} "
            f"transactions, {verdict.gas:,} gas, {verdict.seconds:.1f} seconds. "
            f"The {verdict.liar}'s lie ({verdict.lie}) costs it its bond: "
            f"{_ether(verdict.paid)} ether to the {verdict.winner}, "
            f"{_ether(verdict.burned)} burned."
        )

    def arrived(self, reading: Reading) -> None:
        self._marked(
            f"The contract has its answer to request {reading.id}: "
            f"[bold]{reading.digit}[/], {reading.ppm / 10_000:.2f} % sure; "
            f"a {reading.drawn} was drawn."
        )

    def closed(self, outcome: Outcome) -> None:
        self._console.print(_balance_table(outcome))
        kept = "conserved to the wei" if outcome.conserved else "NOT CONSERVED"
        self._marked(f"Money is [bold]{kept}[/]: {outcome.after.total():,}.\n")
        self._console.print(_gas_table(outcome))
        happy = outcome.happy_path
        told = ", ".join(f"{s.action} {s.beyond_calldata:,}" for s in happy)
        self._console.print(f"Happy path, gas beyond calldata: {told}.\n")
        parts = (f"{part} {s:.1f}" for part, s in outcome.seconds.items())
        self._console.print(f"Seconds: {', '.join(parts)}.")

    def _decided(self, proved: Proved) -> None:
        true = proved.post_root == proved.claimed_root
        self._marked(
            f"The verifier executes it and comes to [bold]{_short(proved.post_root)}[/]"
            f", {'as' if true else 'not, as'} the worker claimed, "
            f"{_short(proved.claimed_root)}."
        )

    def _marked(self, text: str) -> None:
        """A sentence with markup of ours, in which nothing is anyone else's."""
        self._console.print(Text.from_markup(text))

    def _line(self, role: str, action: str, remark: str, gas: int) -> None:
        line = Text()
        line.append(f"{role:>10} ", style=COLOURS[role])
        line.append(f"{action:<12}", style="bold")
        line.append(f"{remark:<54}")
        line.append(f"{gas:>9,} gas", style="dim")
        self._console.print(line)


def _balance_table(outcome: Outcome) -> Table:
    table = Table(title="Balances, ether", title_justify="left", header_style="bold")
    table.add_column("who")
    for name in ("before", "after", "staked", "change"):
        table.add_column(name, justify="right")
    before, after = outcome.before, outcome.after
    for name, wei in before.accounts.items():
        now, staked = after.accounts[name], outcome.stakes[name]
        change = now + staked - wei
        table.add_row(name, *map(_ether, (wei, now, staked)), _signed(change))
    table.add_section()
    rest = after.contracts | after.burned
    for name, wei in rest.items():
        if wei:
            table.add_row(name, _ether(0), _ether(wei))
    table.add_section()
    table.add_row("sum", _ether(before.total()), _ether(after.total()))
    return table


def _gas_table(outcome: Outcome) -> Table:
    table = Table(title="Gas by action", title_justify="left", header_style="bold")
    table.add_column("action")
    for name in ("times", "mean", "beyond calldata"):
        table.add_column(name, justify="right")
    for spent in outcome.spent:
        numbers = (spent.count, spent.mean, spent.beyond_calldata)
        table.add_row(spent.action, *(f"{number:,}" for number in numbers))
    return table


def _values(named: dict[str, int] | None) -> Text:
    """Not a string, in which Rich would take `[a0000000]` for its own markup."""
    if named is None:
        return Text("no machine to show")
    told = (f"{name} = {value:#010x}" for name, value in named.items())
    return Text("  ".join(told) or "-")


def _short(root: bytes) -> str:
    return f"{root.hex()[:10]}…"


def _ether(wei: int) -> str:
    """All eighteen places: it is about every wei."""
    return f"{wei // ETHER}.{wei % ETHER:018}"


def _signed(wei: int) -> str:
    return f"{'-' if wei < 0 else '+'}{_ether(abs(wei))}"
