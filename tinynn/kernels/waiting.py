"""LLVM IR of waiting until all threads of a team have arrived."""

from typing import Final

MODULE: Final = """
declare i32 @sched_yield()
define void @team.wait(ptr %words) {
entry:
  %place = load ptr, ptr %words
  %second = getelementptr i64, ptr %words, i64 1
  %members = load i64, ptr %second
  %before = atomicrmw add ptr %place, i64 1 seq_cst
  %waits = udiv i64 %before, %members
  %more.waits = add i64 %waits, 1
  %goal = mul i64 %more.waits, %members
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
"""`team.wait`: words are a counter of arrivals, from 0 on, and how many a wait takes.
Nobody arrives at the next wait before all have at this one, so the counter tells which
wait it is, also in a loop."""


def module_ir() -> str:
    """The module with `team.wait`."""
    return MODULE
