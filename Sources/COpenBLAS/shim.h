#include <cblas.h>

// Whether the code that imports this is compiled for AVX-512, whose 32 registers of 16 numbers some kernels count on.
#ifdef __AVX512F__
static const int spg_has_avx512 = 1;
#else
static const int spg_has_avx512 = 0;
#endif

// The level of the x86-64 ABI that the code that imports this is compiled for.
static inline const char *spg_target(void) {
#if defined(__AVX512F__) && defined(__AVX512BW__) && defined(__AVX512CD__) && defined(__AVX512DQ__) && defined(__AVX512VL__)
    return "x86-64-v4";
#elif defined(__AVX2__) && defined(__FMA__) && defined(__BMI2__) && defined(__F16C__)
    return "x86-64-v3";
#elif defined(__SSE4_2__) && defined(__POPCNT__)
    return "x86-64-v2";
#elif defined(__x86_64__)
    return "x86-64";
#elif defined(__aarch64__)
    return "aarch64";
#else
    return "an unknown processor";
#endif
}

// Asks for a line of memory that will be read soon, into the second level of the cache.
static inline void spg_prefetch(const void *address) { __builtin_prefetch(address, 0, 2); }

// LAPACK's eigenvalues of a symmetric matrix, which OpenBLAS holds and its header does not name.
void dsyevr_(
    const char *jobz, const char *range, const char *uplo, const int *n, double *a, const int *lda, const double *vl,
    const double *vu, const int *il, const int *iu, const double *abstol, int *m, double *w, double *z, const int *ldz,
    int *isuppz, double *work, const int *lwork, int *iwork, const int *liwork, int *info);
