#include <cblas.h>

// Whether the code that imports this is compiled for AVX-512, whose 32 registers of 16 numbers some kernels count on.
#ifdef __AVX512F__
static const int spg_has_avx512 = 1;
#else
static const int spg_has_avx512 = 0;
#endif

// Asks for a line of memory that will be read soon, into the second level of the cache.
static inline void spg_prefetch(const void *address) { __builtin_prefetch(address, 0, 2); }

// LAPACK's eigenvalues of a symmetric matrix, which OpenBLAS holds and its header does not name.
void dsyevr_(
    const char *jobz, const char *range, const char *uplo, const int *n, double *a, const int *lda, const double *vl,
    const double *vu, const int *il, const int *iu, const double *abstol, int *m, double *w, double *z, const int *ldz,
    int *isuppz, double *work, const int *lwork, int *iwork, const int *liwork, int *info);
