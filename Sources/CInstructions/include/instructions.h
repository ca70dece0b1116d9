/// What the numeric modules are compiled for. This target is compiled by the same flags, and has no code: whoever looks at it
/// runs none of these instructions.
#pragma once

/// The sets of instructions beyond those of every x86-64 processor, each between spaces, such as " avx avx2 fma ".
extern const char spg_instructions[];
