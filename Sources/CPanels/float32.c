#include "float32.h"

#include <stdlib.h>

#if defined(__x86_64__)

#include <immintrin.h>

// Asked for function by function: the file is compiled for any x86.
#define AVX512 __attribute__((target("avx512f")))

bool f32_is_available(void) { return __builtin_cpu_supports("avx512f"); }

// Bit i is set for i < count.
AVX512 static inline __mmask16 first(size_t count) { return count >= 16 ? 0xffff : (1u << count) - 1; }

AVX512 static void pack_panel(const float *w, size_t stride, size_t rows, size_t columns, float *panel) {
    const __mmask16 left = first(columns), right = columns > 16 ? first(columns - 16) : 0;
    for (size_t row = 0; row < rows; row++, w += stride, panel += f32_panel_width) {
        _mm512_storeu_ps(panel, _mm512_maskz_loadu_ps(left, w));
        _mm512_storeu_ps(panel + 16, _mm512_maskz_loadu_ps(right, w + 16));
    }
}

// The transpose of up to 16 columns of up to 16 numbers, written to 16 or fewer rows of a panel.
AVX512 static void transpose_block(
    const float *w, size_t stride, size_t rows, size_t columns, float *panel) {
    __m512 x[16], y[16];
    const __mmask16 there = first(rows);
    for (size_t i = 0; i < 16; i++) {
        x[i] = i < columns ? _mm512_maskz_loadu_ps(there, w + i * stride) : _mm512_setzero_ps();
    }
    // Blocks of 1, then 2 numbers change places within each four; then fours, then eights.
    for (size_t i = 0; i < 16; i += 2) {
        y[i] = _mm512_unpacklo_ps(x[i], x[i + 1]);
        y[i + 1] = _mm512_unpackhi_ps(x[i], x[i + 1]);
    }
    for (size_t i = 0; i < 16; i += 4) {
        for (size_t j = 0; j < 2; j++) {
            const __m512d a = _mm512_castps_pd(y[i + j]), b = _mm512_castps_pd(y[i + j + 2]);
            x[i + 2 * j] = _mm512_castpd_ps(_mm512_unpacklo_pd(a, b));
            x[i + 2 * j + 1] = _mm512_castpd_ps(_mm512_unpackhi_pd(a, b));
        }
    }
    for (size_t j = 0; j < 4; j++) {
        for (size_t i = 0; i < 16; i += 8) {
            y[i + j] = _mm512_shuffle_f32x4(x[i + j], x[i + j + 4], 0x88);
            y[i + j + 4] = _mm512_shuffle_f32x4(x[i + j], x[i + j + 4], 0xdd);
        }
    }
    for (size_t j = 0; j < 8; j++) {
        x[j] = _mm512_shuffle_f32x4(y[j], y[j + 8], 0x88);
        x[j + 8] = _mm512_shuffle_f32x4(y[j], y[j + 8], 0xdd);
    }
    for (size_t row = 0; row < rows; row++) _mm512_storeu_ps(panel + row * f32_panel_width, x[row]);
}

AVX512 static void pack_transposed_panel(const float *w, size_t stride, size_t rows, size_t columns, float *panel) {
    for (size_t column = 0; column < f32_panel_width; column += 16) {
        const size_t count = columns > column ? columns - column : 0;
        for (size_t row = 0; row < rows; row += 16) {
            transpose_block(
                w + column * stride + row, stride, rows - row < 16 ? rows - row : 16, count < 16 ? count : 16,
                panel + row * f32_panel_width + column);
        }
    }
}

AVX512 void f32_pack(
    const float *w, size_t stride, bool is_transposed, size_t rows, size_t columns, float *panels) {
    for (size_t column = 0; column < columns; column += f32_panel_width, panels += rows * f32_panel_width) {
        if (is_transposed) {
            pack_transposed_panel(w + column * stride, stride, rows, columns - column, panels);
        } else {
            pack_panel(w + column, stride, rows, columns - column, panels);
        }
    }
}

// 14 rows of two vectors are 28 of the 32 registers; three more hold the panel's row and a number.
enum { most_rows = 14 };

struct product {
    size_t a_stride, depth, panel_size, c_stride;
    struct f32_result result;
};

// The product of `rows` rows with one panel. Inlined with `rows` known, so that the sums are in registers.
AVX512 static inline __attribute__((always_inline)) void multiply_tile(
    const size_t rows, const float *a, const float *panel, const float *bias, float *c, size_t columns,
    struct product product) {
    const __mmask16 left_mask = first(columns), right_mask = columns > 16 ? first(columns - 16) : 0;
    const __m512 left_bias = bias ? _mm512_maskz_loadu_ps(left_mask, bias) : _mm512_setzero_ps();
    const __m512 right_bias = bias && right_mask ? _mm512_maskz_loadu_ps(right_mask, bias + 16) : _mm512_setzero_ps();
    __m512 left[most_rows], right[most_rows];
#pragma clang loop unroll(full)
    for (size_t row = 0; row < rows; row++) {
        left[row] = left_bias;
        right[row] = right_bias;
    }
    for (size_t i = 0; i < product.depth; i++) {
        // The next panel, which is read too seldom for the processor to foresee it.
        __builtin_prefetch(panel + product.panel_size + i * 32, 0, 2);
        __builtin_prefetch(panel + product.panel_size + i * 32 + 16, 0, 2);
        const __m512 left_weights = _mm512_loadu_ps(panel + i * 32);
        const __m512 right_weights = _mm512_loadu_ps(panel + i * 32 + 16);
#pragma clang loop unroll(full)
        for (size_t row = 0; row < rows; row++) {
            const __m512 number = _mm512_set1_ps(a[row * product.a_stride + i]);
            left[row] = _mm512_fmadd_ps(number, left_weights, left[row]);
            right[row] = _mm512_fmadd_ps(number, right_weights, right[row]);
        }
    }
#pragma clang loop unroll(full)
    for (size_t row = 0; row < rows; row++) {
        float *to = c + row * product.c_stride;
        if (product.result.adds) {
            left[row] = _mm512_add_ps(_mm512_maskz_loadu_ps(left_mask, to), left[row]);
            right[row] = _mm512_add_ps(_mm512_maskz_loadu_ps(right_mask, to + 16), right[row]);
        }
        if (product.result.rectifies) {
            // The second operand is what comes out where one is NaN.
            left[row] = _mm512_max_ps(_mm512_setzero_ps(), left[row]);
            right[row] = _mm512_max_ps(_mm512_setzero_ps(), right[row]);
        }
        _mm512_mask_storeu_ps(to, left_mask, left[row]);
        _mm512_mask_storeu_ps(to + 16, right_mask, right[row]);
    }
}

AVX512 static void multiply_rows(
    size_t rows, const float *a, const float *panel, const float *bias, float *c, size_t columns,
    struct product product) {
#define ROWS(n) \
    case n: return multiply_tile(n, a, panel, bias, c, columns, product);
    switch (rows) {
        ROWS(1) ROWS(2) ROWS(3) ROWS(4) ROWS(5) ROWS(6) ROWS(7)
        ROWS(8) ROWS(9) ROWS(10) ROWS(11) ROWS(12) ROWS(13) ROWS(14)
    }
#undef ROWS
}

AVX512 void f32_multiply(
    const float *a, size_t a_stride, const float *panels, size_t panel_size, size_t depth, float *c, size_t c_stride,
    size_t rows, size_t columns, struct f32_result result) {
    const struct product product = {a_stride, depth, panel_size, c_stride, result};
    for (size_t column = 0; column < columns; column += f32_panel_width, panels += panel_size) {
        for (size_t row = 0; row < rows; row += most_rows) {
            multiply_rows(
                rows - row < most_rows ? rows - row : most_rows, a + row * a_stride, panels,
                result.bias ? result.bias + column : NULL, c + row * c_stride + column, columns - column, product);
        }
    }
}

#else

bool f32_is_available(void) { return false; }

void f32_pack(const float *w, size_t stride, bool is_transposed, size_t rows, size_t columns, float *panels) { abort(); }

void f32_multiply(
    const float *a, size_t a_stride, const float *panels, size_t panel_size, size_t depth, float *c, size_t c_stride,
    size_t rows, size_t columns, struct f32_result result) {
    abort();
}

#endif
