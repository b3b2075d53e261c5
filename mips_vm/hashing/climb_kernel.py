"""LLVM IR that rehashes all ancestors of some nodes of a tree, level by level.

    void climb(ptr differences, ptr zeros, ptr nodes, i64 count, i64 height, ptr room)

`differences` holds 32 bytes a node, by index: the node's hash xor that of the zero
subtree of its height; `zeros` holds the latter, by height. `nodes` are i64, ascending,
all of one height; they are overwritten. `room` holds 96 bytes for each of them, or for
CLIMB_PAIRS if they are more: a level is hashed so many pairs at a time. The work is two
short loops around `hash_pairs`: in Python, the levels above one changed block would
cost fifty times as much.
"""

from typing import Final

CLIMB_PAIRS: Final = 1 << 11

CLIMB_IR: Final = f"""
define void @climb(ptr %differences, ptr %zeros, ptr %nodes, i64 %total, i64 %bottom,
                   ptr %room) nounwind {{
entry:
  %few = call i64 @llvm.umin.i64(i64 %total, i64 {CLIMB_PAIRS})
  %hashes.at = shl i64 %few, 6
  %hashes = getelementptr i8, ptr %room, i64 %hashes.at
  br label %level

level:
  %count = phi i64 [ %total, %entry ], [ %kept.next, %stored ]
  %height = phi i64 [ %bottom, %entry ], [ %above, %stored ]
  %first = load i64, ptr %nodes
  %over = icmp ule i64 %first, 1
  br i1 %over, label %done, label %below

below:
  %zero.at = getelementptr <4 x i64>, ptr %zeros, i64 %height
  %zero = load <4 x i64>, ptr %zero.at, align 1
  %above = add i64 %height, 1
  %zero.above.at = getelementptr <4 x i64>, ptr %zeros, i64 %above
  %zero.above = load <4 x i64>, ptr %zero.above.at, align 1
  br label %part

part:
  %i.part = phi i64 [ 0, %below ], [ %i.next, %stored ]
  %kept.part = phi i64 [ 0, %below ], [ %kept.next, %stored ]
  %last.part = phi i64 [ 0, %below ], [ %parent, %stored ]
  br label %gather

; Nodes become their distinct parents; the children of each go to the room.
gather:
  %i = phi i64 [ %i.part, %part ], [ %i.next, %gathered ]
  %kept = phi i64 [ %kept.part, %part ], [ %kept.next, %gathered ]
  %last = phi i64 [ %last.part, %part ], [ %parent, %gathered ]
  %node.at = getelementptr i64, ptr %nodes, i64 %i
  %node = load i64, ptr %node.at
  %parent = lshr i64 %node, 1
  %same = icmp eq i64 %parent, %last
  br i1 %same, label %gathered, label %fresh
fresh:
  %parent.at = getelementptr i64, ptr %nodes, i64 %kept
  store i64 %parent, ptr %parent.at
  %left.index = shl i64 %parent, 1
  %left.at = getelementptr <4 x i64>, ptr %differences, i64 %left.index
  %right.at = getelementptr <4 x i64>, ptr %left.at, i64 1
  %left = load <4 x i64>, ptr %left.at, align 1
  %right = load <4 x i64>, ptr %right.at, align 1
  %left.hash = xor <4 x i64> %left, %zero
  %right.hash = xor <4 x i64> %right, %zero
  %place = sub i64 %kept, %kept.part
  %pair.index = shl i64 %place, 1
  %pair.left = getelementptr <4 x i64>, ptr %room, i64 %pair.index
  %pair.right = getelementptr <4 x i64>, ptr %pair.left, i64 1
  store <4 x i64> %left.hash, ptr %pair.left, align 1
  store <4 x i64> %right.hash, ptr %pair.right, align 1
  %more = add i64 %kept, 1
  br label %gathered
gathered:
  %kept.next = phi i64 [ %kept, %gather ], [ %more, %fresh ]
  %i.next = add i64 %i, 1
  %pairs = sub i64 %kept.next, %kept.part
  %left.over = icmp ult i64 %i.next, %count
  %space = icmp ult i64 %pairs, %few
  %again = and i1 %left.over, %space
  br i1 %again, label %gather, label %hash

hash:
  call void @hash_pairs(ptr %room, i64 %pairs, ptr %hashes)
  br label %store

store:
  %j = phi i64 [ 0, %hash ], [ %j.next, %store ]
  %hash.at = getelementptr <4 x i64>, ptr %hashes, i64 %j
  %value = load <4 x i64>, ptr %hash.at, align 1
  %difference = xor <4 x i64> %value, %zero.above
  %target.index = add i64 %kept.part, %j
  %target.at = getelementptr i64, ptr %nodes, i64 %target.index
  %target = load i64, ptr %target.at
  %difference.at = getelementptr <4 x i64>, ptr %differences, i64 %target
  store <4 x i64> %difference, ptr %difference.at, align 1
  %j.next = add i64 %j, 1
  %unstored = icmp ult i64 %j.next, %pairs
  br i1 %unstored, label %store, label %stored
stored:
  br i1 %left.over, label %part, label %level

done:
  ret void
}}
declare i64 @llvm.umin.i64(i64, i64)
"""
