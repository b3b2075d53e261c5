"""LLVM IR of what a token loop needs beside its operators.

`loop.put`: words are cache, row, pass, bytes of a row, rows, offset. Copies the row to
where row min(pass + offset, rows - 1) of the cache is. The pass is read at each call.

`loop.put_key`: cache, row, pass, elements of a row, rows. The same for rows of floats
that lie in panels of eight: an element beside those of seven other rows.

`loop.turn`: words are pass, limit, stop, ended. One more pass is done: the pass, an
int32, is counted up. `ended`, an int32, becomes 1 if it has come to the limit, a u64,
or the int32 at `stop` is not 0 (0: there is no such word); else it becomes 0.
"""

from llvmlite import ir  # type: ignore[import-untyped]

from .moving import copy_row
from .writing import I32, I64, LANES, Writer, word


def module_ir() -> str:
    """The module with all three."""
    module = ir.Module("loop")
    _put(module)
    _put_key(module)
    _turn(module)
    return str(module)


def _row_of(
    write: Writer, number: ir.Value, rows: ir.Value, offset: ir.Value
) -> ir.Value:
    """min(pass + offset, rows - 1)."""
    build = write.build
    passes = build.zext(build.load(number, typ=I32, align=4), I64)
    wanted, last = build.add(passes, offset), build.sub(rows, word(1))
    above = build.icmp_unsigned(">", wanted, last)
    return build.select(above, last, wanted)


def _put(module: ir.Module) -> None:
    write = Writer(module, "loop.put", 6)
    build = write.build
    cache, row, number = (write.pointer(i) for i in range(3))
    size, rows, offset = write.words[3:]
    index = _row_of(write, number, rows, offset)
    copy_row(write, 1, write.at(cache, build.mul(index, size)), row, size)
    write.finish()


def _put_key(module: ir.Module) -> None:
    write = Writer(module, "loop.put_key", 5)
    build = write.build
    cache, row, number = (write.pointer(i) for i in range(3))
    count, rows = write.words[3:]
    index = _row_of(write, number, rows, word(0))
    lanes = word(LANES)
    panel = build.mul(build.mul(build.udiv(index, lanes), count), lanes)
    first = write.element(cache, build.add(panel, build.urem(index, lanes)))

    def element(i: ir.Value) -> None:
        value = build.load(write.element(row, i), typ=I32, align=4)
        build.store(value, write.element(first, build.mul(i, lanes)), align=4)

    write.each(count, element)
    write.finish()


def _turn(module: ir.Module) -> None:
    write = Writer(module, "loop.turn", 4)
    build = write.build
    number, limit, _, ended = (write.pointer(i) for i in range(4))
    one = ir.Constant(I32, 1)
    done = build.add(build.load(number, typ=I32, align=4), one)
    build.store(done, number, align=4)
    most = build.load(limit, typ=I64, align=8)
    over = build.zext(build.icmp_unsigned(">=", build.zext(done, I64), most), I32)
    build.store(over, ended, align=4)
    has_stop = build.icmp_unsigned("!=", write.words[2], word(0))
    with build.if_then(has_stop):
        stop = build.load(write.pointer(2), typ=I32, align=4)
        stopped = build.icmp_unsigned("!=", stop, ir.Constant(I32, 0))
        either = build.or_(over, build.zext(stopped, I32))
        build.store(either, ended, align=4)
    write.finish()
