#define _GNU_SOURCE  // program_invocation_short_name

#include "processor.h"

#include "instructions.h"

#if defined(__x86_64__)

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

// Compiled for any x86-64 processor, and run before all other code of the program.
__attribute__((constructor(101))) static void check(void) {
    __builtin_cpu_init();
    char missing[512] = "";
#define CHECK(name) \
    if (strstr(spg_instructions, " " name " ") && !__builtin_cpu_supports(name)) { \
        strcat(missing, missing[0] ? ", " name : name); \
    }
    CHECK("sse4.2") CHECK("popcnt") CHECK("lzcnt") CHECK("movbe") CHECK("f16c") CHECK("avx") CHECK("avx2") CHECK("fma")
    CHECK("bmi") CHECK("bmi2")
    CHECK("avx512f") CHECK("avx512cd") CHECK("avx512bw") CHECK("avx512dq") CHECK("avx512vl") CHECK("avx512ifma")
    CHECK("avx512vbmi") CHECK("avx512vbmi2") CHECK("avx512vnni") CHECK("avx512bitalg") CHECK("avx512vpopcntdq")
    CHECK("avx512bf16") CHECK("gfni") CHECK("vpclmulqdq")
#undef CHECK
    if (!missing[0]) return;
    const int is_portable = !strstr(spg_instructions, " avx512f ");
    fprintf(
        stderr, "Error: %s cannot run on this processor, which lacks instructions that it was compiled for (%s); %s\n",
        program_invocation_short_name, missing,
        is_portable ? "it takes one with AVX2, as those since about 2015 are"
                    : "compile it on this machine, or for any with AVX2: make build PORTABLE=1");
    _exit(1);
}

#endif
