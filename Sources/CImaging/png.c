#include "CImaging.h"

#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include <png.h>

// Everything that must survive a longjmp lives here, in the frame of the function that calls the one with setjmp.
typedef struct {
    png_structp png;
    png_infop info;
    cimaging_outcome outcome;
    // What is read.
    const uint8_t *next;
    size_t left;
    // What is written: `count` bytes of `capacity`.
    uint8_t *bytes;
    size_t count, capacity;
} codec;

static void fail(png_structp png, png_const_charp message) {
    codec *c = png_get_error_ptr(png);
    if (c->outcome.status == cimaging_ok) c->outcome.status = cimaging_corrupt;
    strncpy(c->outcome.message, message, sizeof c->outcome.message - 1);
    longjmp(png_jmpbuf(png), 1);
}

static void warn(png_structp png, png_const_charp message) {}

static void fail_for(png_structp png, cimaging_status status, png_const_charp message) {
    ((codec *)png_get_error_ptr(png))->outcome.status = status;
    png_error(png, message);
}

static void read_bytes(png_structp png, png_bytep to, size_t count) {
    codec *c = png_get_io_ptr(png);
    if (count > c->left) fail_for(png, cimaging_truncated, "the file ends too early");
    memcpy(to, c->next, count);
    c->next += count;
    c->left -= count;
}

static void open_reader(codec *c) {
    png_set_read_fn(c->png, c, read_bytes);
    // Nothing but the pixels and the palette matters: comments, profiles, gamma and transparency are passed over.
    png_set_keep_unknown_chunks(c->png, PNG_HANDLE_CHUNK_NEVER, NULL, -1);
    // The caller limits the number of pixels; libpng would limit each side to a million.
    png_set_user_limits(c->png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
    png_read_info(c->png, c->info);
}

static cimaging_header header_of(codec *c) {
    int depth = png_get_bit_depth(c->png, c->info);
    cimaging_header header = {
        .size = {png_get_image_width(c->png, c->info), png_get_image_height(c->png, c->info)}, .orientation = 1};
    switch (png_get_color_type(c->png, c->info)) {
        case PNG_COLOR_TYPE_GRAY:
            header.mode = depth == 1 ? cimaging_bilevel : depth == 16 ? cimaging_grey16 : cimaging_grey;
            break;
        case PNG_COLOR_TYPE_GRAY_ALPHA: header.mode = cimaging_grey_alpha; break;
        case PNG_COLOR_TYPE_PALETTE: header.mode = cimaging_palette; break;
        case PNG_COLOR_TYPE_RGB: header.mode = cimaging_rgb; break;
        default: header.mode = cimaging_rgba;
    }
    return header;
}

static void read_header(codec *c, cimaging_header *header) {
    if (setjmp(png_jmpbuf(c->png))) return;
    open_reader(c);
    *header = header_of(c);
}

static size_t bytes_of_pixel(cimaging_mode mode) {
    switch (mode) {
        case cimaging_grey_alpha:
        case cimaging_grey16: return 2;
        case cimaging_rgb: return 3;
        case cimaging_rgba: return 4;
        default: return 1;
    }
}

static void read_palette(codec *c, uint8_t *colors) {
    png_colorp palette = NULL;
    int count = 0;
    png_get_PLTE(c->png, c->info, &palette, &count);
    for (int i = 0; i < count && i < 256; i++) {
        colors[3 * i] = palette[i].red;
        colors[3 * i + 1] = palette[i].green;
        colors[3 * i + 2] = palette[i].blue;
    }
}

static void read_pixels(codec *c, cimaging_header header, uint8_t *values, uint8_t *colors) {
    if (setjmp(png_jmpbuf(c->png))) return;
    open_reader(c);
    png_structp png = c->png;
    cimaging_header actual = header_of(c);
    if (actual.size.width != header.size.width || actual.size.height != header.size.height || actual.mode != header.mode)
        png_error(png, "the header changed");
    if (header.mode == cimaging_grey16) {
        png_set_swap(png);  // to little-endian
    } else {
        png_set_strip_16(png);  // the high byte
        if (header.mode == cimaging_palette) {
            png_set_packing(png);
            read_palette(c, colors);
        } else if (header.mode == cimaging_bilevel || header.mode == cimaging_grey) {
            png_set_expand_gray_1_2_4_to_8(png);
        }
    }
    int passes = png_set_interlace_handling(png);
    png_read_update_info(png, c->info);
    size_t stride = header.size.width * bytes_of_pixel(header.mode);
    if (png_get_rowbytes(png, c->info) != stride) png_error(png, "an unknown kind of pixel");
    for (int pass = 0; pass < passes; pass++)
        for (size_t y = 0; y < header.size.height; y++) png_read_row(png, values + y * stride, NULL);
    png_read_end(png, NULL);  // finds the end chunk, or fails
}

static cimaging_outcome out_of_memory(void) {
    return (cimaging_outcome){cimaging_out_of_memory, "out of memory"};
}

static int prepare_reader(codec *c, const uint8_t *bytes, size_t count) {
    *c = (codec){.next = bytes, .left = count};
    c->png = png_create_read_struct(PNG_LIBPNG_VER_STRING, c, fail, warn);
    if (c->png) c->info = png_create_info_struct(c->png);
    if (!c->info) c->outcome = out_of_memory();
    return c->info != NULL;
}

cimaging_outcome cimaging_png_header(const uint8_t *bytes, size_t count, cimaging_header *header) {
    codec c;
    if (prepare_reader(&c, bytes, count)) read_header(&c, header);
    png_destroy_read_struct(&c.png, &c.info, NULL);
    return c.outcome;
}

cimaging_outcome cimaging_png_decode(
    const uint8_t *bytes, size_t count, cimaging_header header, uint8_t *values, uint8_t *colors) {
    codec c;
    if (prepare_reader(&c, bytes, count)) read_pixels(&c, header, values, colors);
    png_destroy_read_struct(&c.png, &c.info, NULL);
    return c.outcome;
}

static void write_bytes(png_structp png, png_bytep from, size_t count) {
    codec *c = png_get_io_ptr(png);
    if (c->capacity - c->count < count) {
        size_t capacity = 2 * c->capacity + count;
        uint8_t *grown = realloc(c->bytes, capacity);
        if (!grown) fail_for(png, cimaging_out_of_memory, "out of memory");
        c->bytes = grown;
        c->capacity = capacity;
    }
    memcpy(c->bytes + c->count, from, count);
    c->count += count;
}

static void flush(png_structp png) {}

static void write_pixels(codec *c, const uint8_t *rgb, cimaging_size size) {
    if (setjmp(png_jmpbuf(c->png))) return;
    png_set_write_fn(c->png, c, write_bytes, flush);
    png_set_user_limits(c->png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
    png_set_IHDR(
        c->png, c->info, size.width, size.height, 8, PNG_COLOR_TYPE_RGB, PNG_INTERLACE_NONE,
        PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    png_write_info(c->png, c->info);
    for (size_t y = 0; y < size.height; y++) png_write_row(c->png, rgb + y * size.width * 3);
    png_write_end(c->png, NULL);
}

cimaging_outcome cimaging_png_encode(const uint8_t *rgb, cimaging_size size, uint8_t **bytes, size_t *count) {
    codec c = {0};
    c.png = png_create_write_struct(PNG_LIBPNG_VER_STRING, &c, fail, warn);
    if (c.png) c.info = png_create_info_struct(c.png);
    if (c.info) {
        write_pixels(&c, rgb, size);
    } else {
        c.outcome = out_of_memory();
    }
    png_destroy_write_struct(&c.png, &c.info);
    if (c.outcome.status != cimaging_ok) {
        free(c.bytes);
        c.bytes = NULL;
    }
    *bytes = c.bytes;
    *count = c.count;
    return c.outcome;
}
