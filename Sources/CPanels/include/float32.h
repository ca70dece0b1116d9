/// Matrix products of float32 numbers with weights that are laid out once, by AVX-512's multiply-add.
///
/// Compiled on every machine; on those whose processor lacks the instructions only f32_is_available may be called.
#pragma once

#include <stdbool.h>
#include <stddef.h>

/// Columns of a panel of packed weights.
enum { f32_panel_width = 32 };

/// Whether processor and system have AVX-512.
bool f32_is_available(void);

/// Lays out columns of a matrix w as panels: for each 32 columns, for each row, 32 numbers. What is beyond the matrix is zero.
///
/// @param w `rows` rows of `columns` numbers, `stride` apart; or `columns` rows of `rows` numbers if `is_transposed`.
/// @param panels receives (`columns` + 31) / 32 · `rows` · 32 numbers.
void f32_pack(const float *w, size_t stride, bool is_transposed, size_t rows, size_t columns, float *panels);

/// What becomes of a product.
struct f32_result {
    /// `columns` numbers that are added to each row, or null for none.
    const float *bias;
    /// Whether the product is added to what is there.
    bool adds;
    /// Whether what is below zero is cut off in the end; NaN stays NaN.
    bool rectifies;
};

/// c ← a·w + bias, or c ← c + a·w + bias, over row-major matrices; then perhaps c ← max(0, c).
///
/// A number of c is the sum of bias and terms in their order, then the old number, whatever rows and columns are beside it: a
/// row's result does not depend on which other rows are multiplied with it.
///
/// @param a `rows` rows of `depth` numbers, `a_stride` apart; they should fit the second cache beside a panel.
/// @param panels w, or `depth` rows of it, laid out by f32_pack.
/// @param panel_size numbers from one panel to the next.
/// @param c `rows` rows of `columns` numbers, `c_stride` apart.
void f32_multiply(
    const float *a, size_t a_stride, const float *panels, size_t panel_size, size_t depth, float *c, size_t c_stride,
    size_t rows, size_t columns, struct f32_result result);
