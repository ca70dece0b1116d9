#include "bfloat16.h"

#include <stdlib.h>

#if defined(__x86_64__)

#include <immintrin.h>

// Instructions beyond the common ones are asked for function by function: the file is compiled for any x86.
#define AVX512_BF16 __attribute__((target("avx512f,avx512bw,avx512vl,avx512bf16")))

bool bf16_is_available(void) {
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bf16");
}

// Bit i is set for i < count.
AVX512_BF16 static inline __mmask16 first(size_t count) { return count >= 16 ? 0xffff : (1u << count) - 1; }

AVX512_BF16 void bf16_round(const float *from, uint16_t *to, size_t count) {
    for (size_t i = 0; i < count; i += 16) {
        const __mmask16 there = first(count - i);
        const __m256i rounded = (__m256i)_mm512_cvtneps_pbh(_mm512_maskz_loadu_ps(there, from + i));
        _mm256_mask_storeu_epi16(to + i, there, rounded);
    }
}

// Pairs of rows of 16 columns each, from rows of numbers.
AVX512_BF16 static void pack_panel(
    const float *w, size_t stride, size_t rows, size_t columns, uint16_t *panel) {
    const __m512i one_below_the_other = _mm512_set_epi16(
        31, 15, 30, 14, 29, 13, 28, 12, 27, 11, 26, 10, 25, 9, 24, 8, 23, 7, 22, 6, 21, 5, 20, 4, 19, 3, 18, 2, 17, 1, 16,
        0);
    for (size_t row = 0; row < rows; row += 2) {
        for (size_t half = 0; half < 2; half++, panel += 32) {
            const __mmask16 there = columns > 16 * half ? first(columns - 16 * half) : 0;
            const float *from = w + row * stride + 16 * half;
            const __m512 upper = _mm512_maskz_loadu_ps(there, from);
            const __m512 lower = row + 1 < rows ? _mm512_maskz_loadu_ps(there, from + stride) : _mm512_setzero_ps();
            const __m512i both = (__m512i)_mm512_cvtne2ps_pbh(lower, upper);
            _mm512_storeu_si512(panel, _mm512_permutexvar_epi16(one_below_the_other, both));
        }
    }
}

// The same from columns of numbers: each goes to every 32nd place.
AVX512_BF16 static void pack_transposed_panel(
    const float *w, size_t stride, size_t rows, size_t columns, uint16_t *panel) {
    const __m512i places = _mm512_mullo_epi32(
        _mm512_set_epi32(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0), _mm512_set1_epi32(32));
    for (size_t column = 0; column < 32; column++) {
        for (size_t row = 0; row < rows; row += 32) {
            const size_t left = column < columns ? rows - row : 0;
            const float *from = w + column * stride + row;
            const __m512 upper = _mm512_maskz_loadu_ps(first(left), from);
            const __m512 lower = _mm512_maskz_loadu_ps(left > 16 ? first(left - 16) : 0, from + 16);
            _mm512_mask_i32scatter_epi32(
                (int32_t *)panel + row / 2 * 32 + column, first((rows - row + 1) / 2), places,
                (__m512i)_mm512_cvtne2ps_pbh(lower, upper), 4);
        }
    }
}

AVX512_BF16 void bf16_pack(
    const float *w, size_t stride, bool is_transposed, size_t rows, size_t columns, uint16_t *panels) {
    const size_t panel = (rows + 1) / 2 * 2 * bf16_panel_width;
    for (size_t column = 0; column < columns; column += bf16_panel_width, panels += panel) {
        if (is_transposed) {
            pack_transposed_panel(w + column * stride, stride, rows, columns - column, panels);
        } else {
            pack_panel(w + column, stride, rows, columns - column, panels);
        }
    }
}

// 14 rows of two vectors are 28 of the 32 registers; two more hold the panel's pair of rows.
enum { most_rows = 14 };

// Rows that go through all panels together, so that a panel is fetched once for all of them.
enum { block_rows = 16 * most_rows };

struct product {
    size_t a_stride, pairs, c_stride;
    bool adds;
};

// The product of `rows` rows with one panel. Inlined with `rows` known, so that the sums are in registers.
AVX512_BF16 static inline __attribute__((always_inline)) void multiply_tile(
    const size_t rows, const uint16_t *a, const uint16_t *panel, const float *bias, float *c, size_t columns,
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
    for (size_t pair = 0; pair < product.pairs; pair++) {
        // The next panel, which is read too seldom for the processor to foresee it.
        __builtin_prefetch(panel + (product.pairs + pair) * 64, 0, 2);
        __builtin_prefetch(panel + (product.pairs + pair) * 64 + 32, 0, 2);
        const __m512bh left_weights = (__m512bh)_mm512_loadu_si512(panel + pair * 64);
        const __m512bh right_weights = (__m512bh)_mm512_loadu_si512(panel + pair * 64 + 32);
#pragma clang loop unroll(full)
        for (size_t row = 0; row < rows; row++) {
            int32_t numbers;
            __builtin_memcpy(&numbers, a + row * product.a_stride + 2 * pair, sizeof numbers);
            const __m512bh both = (__m512bh)_mm512_set1_epi32(numbers);
            left[row] = _mm512_dpbf16_ps(left[row], both, left_weights);
            right[row] = _mm512_dpbf16_ps(right[row], both, right_weights);
        }
    }
#pragma clang loop unroll(full)
    for (size_t row = 0; row < rows; row++) {
        float *to = c + row * product.c_stride;
        if (product.adds) {
            left[row] = _mm512_add_ps(_mm512_maskz_loadu_ps(left_mask, to), left[row]);
            right[row] = _mm512_add_ps(_mm512_maskz_loadu_ps(right_mask, to + 16), right[row]);
        }
        _mm512_mask_storeu_ps(to, left_mask, left[row]);
        _mm512_mask_storeu_ps(to + 16, right_mask, right[row]);
    }
}

AVX512_BF16 static void multiply_rows(
    size_t rows, const uint16_t *a, const uint16_t *panel, const float *bias, float *c, size_t columns,
    struct product product) {
#define ROWS(n) \
    case n: return multiply_tile(n, a, panel, bias, c, columns, product);
    switch (rows) {
        ROWS(1) ROWS(2) ROWS(3) ROWS(4) ROWS(5) ROWS(6) ROWS(7)
        ROWS(8) ROWS(9) ROWS(10) ROWS(11) ROWS(12) ROWS(13) ROWS(14)
    }
#undef ROWS
}

AVX512_BF16 void bf16_multiply(
    const uint16_t *a, size_t a_stride, const uint16_t *panels, size_t pairs, const float *bias, float *c,
    size_t c_stride, size_t rows, size_t columns, bool adds) {
    const struct product product = {a_stride, pairs, c_stride, adds};
    for (size_t block = 0; block < rows; block += block_rows) {
        const size_t end = rows - block < block_rows ? rows : block + block_rows;
        for (size_t column = 0; column < columns; column += bf16_panel_width) {
            for (size_t row = block; row < end; row += most_rows) {
                multiply_rows(
                    end - row < most_rows ? end - row : most_rows, a + row * a_stride, panels + column * 2 * pairs,
                    bias ? bias + column : NULL, c + row * c_stride + column, columns - column, product);
            }
        }
    }
}

#else

bool bf16_is_available(void) { return false; }

void bf16_round(const float *from, uint16_t *to, size_t count) { abort(); }

void bf16_pack(
    const float *w, size_t stride, bool is_transposed, size_t rows, size_t columns, uint16_t *panels) {
    abort();
}

void bf16_multiply(
    const uint16_t *a, size_t a_stride, const uint16_t *panels, size_t pairs, const float *bias, float *c,
    size_t c_stride, size_t rows, size_t columns, bool adds) {
    abort();
}

#endif
