// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @title What a net of bytes computes, one number at a time: the readable twin of `plumb model deploy --evm`.
/// @notice Every element is a word of memory, every sum has one term at a time, nothing is packed, skipped or done
/// together. docs/evm.md argues that the packed form gives the same bits; a fuzzer compares the two.
/// @dev Calldata: where the input begins and its length, how many records there are, where the output comes to lie
/// in memory and its length; the records, each its kind and fields of a word; constants; the input. Fields that end
/// in At are places in calldata, x and y are places in memory.
contract NetReference {
    fallback() external {
        assembly {
            // Element i of the tensor at t.
            function get(t, i) -> v {
                v := mload(add(t, shl(5, i)))
            }
            function set(t, i, v) {
                mstore(add(t, shl(5, i)), v)
            }
            // Field k of the record at r.
            function field(r, k) -> v {
                v := calldataload(add(r, shl(5, k)))
            }
            // Constants: unsigned byte, signed 16 bits, signed and unsigned 32 bits, big-endian.
            function byteAt(at, i) -> v {
                v := byte(0, calldataload(add(at, i)))
            }
            function shortAt(at, i) -> v {
                v := signextend(1, shr(240, calldataload(add(at, mul(2, i)))))
            }
            function wordAt(at, i) -> v {
                v := shr(224, calldataload(add(at, mul(4, i))))
            }
            function int32(v) -> w {
                w := signextend(3, v)
            }

            // y times the binary32 number with these bits, to nearest, ties to even. The product is exact. A NaN makes
            // 0; what is far beyond any byte is 2^20.
            function near(y, bits) -> q {
                let exponent := and(shr(23, bits), 0xff)
                let fraction := and(bits, 0x7fffff)
                if and(eq(exponent, 0xff), gt(fraction, 0)) { leave }
                let significand := or(fraction, 0x800000)
                let n := sub(150, exponent)
                if iszero(exponent) {
                    significand := fraction
                    n := 149
                }
                let p := mul(y, significand)
                if shr(31, bits) { p := sub(0, p) }
                if iszero(p) { leave }
                if slt(n, 1) {
                    q := 0x100000
                    if slt(p, 0) { q := sub(0, q) }
                    leave
                }
                q := sar(n, p)
                let rest := sub(p, shl(n, q))
                let half := shl(sub(n, 1), 1)
                if gt(rest, half) { q := add(q, 1) }
                if eq(rest, half) { q := add(q, and(q, 1)) }
            }
            function clamped(v) -> b {
                b := v
                if slt(v, 0) { b := 0 }
                if sgt(v, 255) { b := 255 }
            }

            // 1: x, y, rows, columns, terms, weightsAt, zerosAt (one a column), zero of x.
            function matmul(r) {
                for { let i := 0 } lt(i, field(r, 3)) { i := add(i, 1) } {
                    for { let j := 0 } lt(j, field(r, 4)) { j := add(j, 1) } {
                        let sum := 0
                        for { let k := 0 } lt(k, field(r, 5)) { k := add(k, 1) } {
                            let x := sub(get(field(r, 1), add(mul(i, field(r, 5)), k)), field(r, 8))
                            let w := shortAt(field(r, 6), add(mul(j, field(r, 5)), k))
                            sum := add(sum, mul(x, sub(w, shortAt(field(r, 7), j))))
                        }
                        set(field(r, 2), add(mul(i, field(r, 4)), j), int32(sum))
                    }
                }
            }

            // 2: x, y, outputs, outputs a group, channels a group, (4 to 6) window rows, columns; strides, dilations,
            // top, left, height, width, rows, columns, weightsAt, zerosAt, zero of x, biasAt or 0, spread rows,
            // columns: the input's elements lie so far apart.
            function conv(r) {
                let place := 0
                for { let m := 0 } lt(m, field(r, 3)) { m := add(m, 1) } {
                    for { let i := 0 } lt(i, field(r, 16)) { i := add(i, 1) } {
                        for { let j := 0 } lt(j, field(r, 17)) { j := add(j, 1) } {
                            let sum := window(r, m, i, j)
                            if field(r, 21) { sum := add(sum, int32(wordAt(field(r, 21), m))) }
                            set(field(r, 2), place, int32(sum))
                            place := add(place, 1)
                        }
                    }
                }
            }
            function window(r, m, i, j) -> sum {
                let k := mul(m, mul(field(r, 5), mul(field(r, 6), field(r, 7))))
                let first := mul(div(m, field(r, 4)), field(r, 5))
                for { let c := first } lt(c, add(first, field(r, 5))) { c := add(c, 1) } {
                    for { let a := 0 } lt(a, field(r, 6)) { a := add(a, 1) } {
                        for { let b := 0 } lt(b, field(r, 7)) { b := add(b, 1) } {
                            let row := sub(add(mul(i, field(r, 8)), mul(a, field(r, 10))), field(r, 12))
                            let column := sub(add(mul(j, field(r, 9)), mul(b, field(r, 11))), field(r, 13))
                            sum := add(sum, term(r, m, c, row, column, k))
                            k := add(k, 1)
                        }
                    }
                }
            }
            // A tap outside of the plane, or between its elements, is a term of 0; a negative row is a large unsigned
            // one.
            function term(r, m, c, row, column, k) -> t {
                if or(mod(row, field(r, 22)), mod(column, field(r, 23))) { leave }
                row := div(row, field(r, 22))
                column := div(column, field(r, 23))
                if and(lt(row, field(r, 14)), lt(column, field(r, 15))) {
                    let at := add(mul(add(mul(c, field(r, 14)), row), field(r, 15)), column)
                    let w := sub(shortAt(field(r, 18), k), shortAt(field(r, 19), m))
                    t := mul(sub(get(field(r, 1), at), field(r, 20)), w)
                }
            }

            // 3: x, y, count, constantsAt.
            function addition(r) {
                for { let i := 0 } lt(i, field(r, 3)) { i := add(i, 1) } {
                    set(field(r, 2), i, int32(add(get(field(r, 1), i), wordAt(field(r, 4), i))))
                }
            }

            // 4: x, y, count, inner, factors, factorsAt, zero.
            function requantize(r) {
                for { let i := 0 } lt(i, field(r, 3)) { i := add(i, 1) } {
                    let bits := wordAt(field(r, 6), mod(div(i, field(r, 4)), field(r, 5)))
                    set(field(r, 2), i, clamped(add(near(get(field(r, 1), i), bits), field(r, 7))))
                }
            }

            // 5: x, y, planes, height, width, window rows, columns; strides, dilations, top, left, rows, columns.
            function pool(r) {
                let place := 0
                for { let c := 0 } lt(c, field(r, 3)) { c := add(c, 1) } {
                    for { let i := 0 } lt(i, field(r, 14)) { i := add(i, 1) } {
                        for { let j := 0 } lt(j, field(r, 15)) { j := add(j, 1) } {
                            set(field(r, 2), place, most(r, c, i, j))
                            place := add(place, 1)
                        }
                    }
                }
            }
            function most(r, c, i, j) -> best {
                for { let a := 0 } lt(a, field(r, 6)) { a := add(a, 1) } {
                    for { let b := 0 } lt(b, field(r, 7)) { b := add(b, 1) } {
                        let row := sub(add(mul(i, field(r, 8)), mul(a, field(r, 10))), field(r, 12))
                        let column := sub(add(mul(j, field(r, 9)), mul(b, field(r, 11))), field(r, 13))
                        if and(lt(row, field(r, 4)), lt(column, field(r, 5))) {
                            let v := get(field(r, 1), add(mul(add(mul(c, field(r, 4)), row), field(r, 5)), column))
                            if gt(v, best) { best := v }
                        }
                    }
                }
            }

            // 6: x, y, count, entries, tableAt.
            function lookup(r) {
                for { let i := 0 } lt(i, field(r, 3)) { i := add(i, 1) } {
                    let entry := get(field(r, 1), i)
                    if iszero(lt(entry, field(r, 4))) { entry := sub(field(r, 4), 1) }
                    set(field(r, 2), i, byteAt(field(r, 5), entry))
                }
            }

            // 7: x, y, outer, length, inner, whether the least is sought.
            function argmax(r) {
                for { let o := 0 } lt(o, field(r, 3)) { o := add(o, 1) } {
                    for { let i := 0 } lt(i, field(r, 5)) { i := add(i, 1) } {
                        let best := 0
                        for { let k := 1 } lt(k, field(r, 4)) { k := add(k, 1) } {
                            let base := mul(o, field(r, 4))
                            let v := get(field(r, 1), add(mul(add(base, k), field(r, 5)), i))
                            let held := get(field(r, 1), add(mul(add(base, best), field(r, 5)), i))
                            let better := sgt(v, held)
                            if field(r, 6) { better := slt(v, held) }
                            if better { best := k }
                        }
                        set(field(r, 2), add(mul(o, field(r, 5)), i), best)
                    }
                }
            }

            // 8: x, count, bytes of an element, where it goes. Least byte first.
            function output(r) {
                let to := field(r, 4)
                for { let i := 0 } lt(i, field(r, 2)) { i := add(i, 1) } {
                    for { let b := 0 } lt(b, field(r, 3)) { b := add(b, 1) } {
                        mstore8(to, shr(mul(8, b), get(field(r, 1), i)))
                        to := add(to, 1)
                    }
                }
            }

            // The input, a word each, at the beginning of memory.
            for { let i := 0 } lt(i, calldataload(0x20)) { i := add(i, 1) } {
                set(0, i, byteAt(calldataload(0), i))
            }
            let r := 0xa0
            for { let left := calldataload(0x40) } gt(left, 0) { left := sub(left, 1) } {
                switch field(r, 0)
                case 1 {
                    matmul(r)
                    r := add(r, 0x120)
                }
                case 2 {
                    conv(r)
                    r := add(r, 0x300)
                }
                case 3 {
                    addition(r)
                    r := add(r, 0xa0)
                }
                case 4 {
                    requantize(r)
                    r := add(r, 0x100)
                }
                case 5 {
                    pool(r)
                    r := add(r, 0x200)
                }
                case 6 {
                    lookup(r)
                    r := add(r, 0xc0)
                }
                case 7 {
                    argmax(r)
                    r := add(r, 0xe0)
                }
                case 8 {
                    output(r)
                    r := add(r, 0xa0)
                }
                default { revert(0, 0) }
            }
            return(calldataload(0x60), calldataload(0x80))
        }
    }
}
