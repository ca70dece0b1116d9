/// Matrix products of bfloat16 numbers with float32 sums, by the vdpbf16ps instruction of AVX-512 BF16.
///
/// Compiled on every machine; on those whose processor lacks the instructions only bf16_is_available may be called.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// Columns of a panel of packed weights.
enum { bf16_panel_width = 32 };

/// Whether processor and system have AVX-512 BF16.
bool bf16_is_available(void);

/// Rounds numbers to the nearest bfloat16, ties to even. NaN stays NaN; subnormal numbers become zero.
void bf16_round(const float *from, uint16_t *to, size_t count);

/// Lays out columns of a matrix w as panels: for each 32 columns, for each pair of rows, 32 times two numbers, one below the
/// other, rounded to the nearest bfloat16. What is beyond the matrix is zero.
///
/// @param w `rows` rows of `columns` numbers, `stride` apart; or `columns` rows of `rows` numbers if `is_transposed`.
/// @param panels receives (`columns` + 31) / 32 · (`rows` + 1) / 2 · 64 numbers.
void bf16_pack(
    const float *w, size_t stride, bool is_transposed, size_t rows, size_t columns, uint16_t *panels);

/// c ← a·w + bias, or c ← c + a·w + bias if `adds`, over row-major matrices.
///
/// A number of c is the sum over pairs of terms in their order, then the old number, whatever rows and columns are beside
/// it: a row's result does not depend on which other rows are multiplied with it.
///
/// @param a `rows` rows of 2 · `pairs` bfloat16 numbers, `a_stride` apart.
/// @param panels w, laid out by bf16_pack.
/// @param bias `columns` numbers, or null for none.
/// @param c `rows` rows of `columns` numbers, `c_stride` apart.
void bf16_multiply(
    const uint16_t *a, size_t a_stride, const uint16_t *panels, size_t pairs, const float *bias, float *c,
    size_t c_stride, size_t rows, size_t columns, bool adds);
