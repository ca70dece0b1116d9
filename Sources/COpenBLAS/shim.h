#include <cblas.h>

// Whether the code that imports this is compiled for AVX-512, whose 32 registers of 16 numbers some kernels count on.
#ifdef __AVX512F__
static const int spg_has_avx512 = 1;
#else
static const int spg_has_avx512 = 0;
#endif

// Asks for a line of memory that will be read soon, into the second level of the cache.
static inline void spg_prefetch(const void *address) { __builtin_prefetch(address, 0, 2); }
