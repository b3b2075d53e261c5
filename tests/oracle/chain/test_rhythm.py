"""How fast blocks come."""

from oracle.chain.rhythm import Rhythm


def test_rhythm_is_of_the_quick_quarter_and_measured_now_and_then() -> None:
    asked_for: list[int] = []
    times = {n: 12 * n for n in range(1000)} | {990: 12 * 990 - 3}

    def time_of(number: int) -> int:
        asked_for.append(number)
        return times[number]

    rhythm = Rhythm()
    assert rhythm.seconds(100, time_of) == 12
    assert rhythm.seconds(163, time_of) == 12 and len(asked_for) == 17
    assert rhythm.seconds(164, time_of) == 12 and len(asked_for) == 34
    assert rhythm.seconds(10, time_of) == 12 and len(asked_for) == 45
    # A chain that mines only for a transaction, and whose clock was moved.
    odd = [0, 600, 601, 602, 1202, 1203, 5000, 5600, 5601]
    assert Rhythm().seconds(8, odd.__getitem__) == 1
    assert Rhythm().seconds(0, time_of) == 0
