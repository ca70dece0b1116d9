#include "CVega.h"

// What the file is, so that another one is another source, and is compiled anew. Scripts/vega writes this line.
// SHA-256 3425bd951a44d478d0505c6b5d1e8d57656b6e9a4da7bfe88a718ce61d76e572

// The assembler takes the file as it is: as a literal of 900,000 characters it would take a compiler minutes.
__asm__(
    ".section .rodata\n"
    "cvega_script_start:\n"
    ".incbin \"vega.js\"\n"
    "cvega_script_end:\n"
    ".previous\n");

extern const char cvega_script_start[], cvega_script_end[];

const char *cvega_script(size_t *size) {
    *size = (size_t)(cvega_script_end - cvega_script_start);
    return cvega_script_start;
}
