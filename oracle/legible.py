"""Text that strangers wrote, made safe to be looked at.

Names of tensors, reasons of reverts and what guests print may hold escape sequences,
which would move a terminal's cursor or colour over what we say, and characters that
turn the order of others round. A person is shown these by their numbers.
"""

GROUPED_FROM = 10_000


def legible(text: str) -> str:
    r"""`text` with what can't be printed as `\x1b` or `\u202e`; line ends stay."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c == "\n" else _number(c) for c in text)


def number_of(count: int, what: str) -> str:
    """`1 game`, `2 games`, `3300 seconds`, `12,000 games`: what is counted is told by
    its singular. Four digits have no comma, so that they can be typed again."""
    number = f"{count:,}" if count >= GROUPED_FROM else str(count)
    return f"{number} {what}" if count == 1 else f"{number} {what}s"


def _number(character: str) -> str:
    return character.encode("unicode_escape").decode()
