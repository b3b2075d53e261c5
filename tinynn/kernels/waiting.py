"""LLVM IR of waiting until all threads of a team have arrived."""

from typing import Final

MODULE: Final = """
declare i32 @sched_yield()
define void @team.wait(ptr %words) {
entry:
  %place = load ptr, ptr %words
  %second = getelementptr i64, ptr %words, i64 1
  %goal = load i64, ptr %second
  %before = atomicrmw add ptr %place, i64 1 seq_cst
  br label %look
look:
  %looks = phi i64 [ 0, %entry ], [ %more, %again ], [ %more, %rest ]
  %arrived = load atomic i64, ptr %place acquire, align 8
  %all = icmp sge i64 %arrived, %goal
  br i1 %all, label %leave, label %again
again:
  %more = add i64 %looks, 1
  %low = and i64 %more, 2047
  %long = icmp eq i64 %low, 0
  br i1 %long, label %rest, label %look
rest:
  %ignored = call i32 @sched_yield()
  br label %look
leave:
  ret void
}
"""
"""`team.wait`: words are a counter, and what it holds when all have arrived."""


def module_ir() -> str:
    """The module with `team.wait`."""
    return MODULE
