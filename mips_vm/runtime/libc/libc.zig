//! Those parts of ziglang's C library that are written in Zig and ask nothing of a
//! system: what its lib/c.zig collects for musl, less system calls and malloc.
//! Compiled beside a copy of its folder lib/c, whose files import this one by the name
//! ../c.zig.

const std = @import("std");

pub const panic = std.debug.no_panic;

pub inline fn symbol(comptime func: *const anyopaque, comptime name: []const u8) void {
    @export(func, .{ .name = name, .linkage = .weak, .visibility = .hidden });
}

comptime {
    _ = @import("c/ctype.zig");
    _ = @import("c/inttypes.zig");
    _ = @import("c/math.zig");
    _ = @import("c/search.zig");
    _ = @import("c/stdlib.zig");
    _ = @import("c/string.zig");
    _ = @import("c/strings.zig");
    _ = @import("c/wchar.zig");
}
