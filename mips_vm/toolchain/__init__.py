"""The C toolchain: compiler, C library and linker, all out of the package ziglang."""
