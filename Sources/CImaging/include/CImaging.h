// libjpeg and libpng report errors by longjmp, which must not cross Swift; giflib and libtiff read through callbacks. Each
// function here contains one whole job of such a library and returns its outcome as a value. No function keeps state; all
// may be called from several threads at once.

#ifndef CIMAGING_H
#define CIMAGING_H

#include <stddef.h>
#include <stdint.h>

typedef enum {
    cimaging_ok = 0,
    cimaging_truncated,      // the data ends before the image does
    cimaging_corrupt,        // the data is not what the format allows
    cimaging_unsupported,    // of a kind that is not read, though the format knows it
    cimaging_out_of_memory,
} cimaging_status;

// An outcome; `message` says in the library's words what is wrong, and is empty if nothing is.
typedef struct {
    cimaging_status status;
    char message[200];
} cimaging_outcome;

typedef struct {
    uint32_t width, height;
} cimaging_size;

// What the values of a pixel are. Each takes a byte, but for grey16's two.
typedef enum {
    cimaging_bilevel,           // 0 or 255
    cimaging_grey,
    cimaging_grey_alpha,
    cimaging_palette,           // an index into a palette
    cimaging_rgb,
    cimaging_rgba,
    cimaging_cmyk,              // ink: 0 is none
    cimaging_grey16,            // little-endian
    cimaging_grey16_big_endian,
} cimaging_mode;

// What the beginning of a file says.
typedef struct {
    cimaging_size size;
    cimaging_mode mode;
    // How the rows and columns lie, as TIFF and EXIF number it: 1, from the top left corner along rows, to 8. The size is
    // that of the stored rows and columns.
    uint32_t orientation;
} cimaging_header;


// Reads the header of an image in memory.
cimaging_outcome cimaging_jpeg_header(const uint8_t *bytes, size_t count, cimaging_header *header);
cimaging_outcome cimaging_png_header(const uint8_t *bytes, size_t count, cimaging_header *header);
cimaging_outcome cimaging_webp_header(const uint8_t *bytes, size_t count, cimaging_header *header);
cimaging_outcome cimaging_gif_header(const uint8_t *bytes, size_t count, cimaging_header *header);
cimaging_outcome cimaging_tiff_header(const uint8_t *bytes, size_t count, cimaging_header *header);

// Decodes an image in memory, of one with several pictures the first: rows from the top without gaps. `values` has room
// for all values of the size and mode that the header gave, and is only partly written where the outcome is an error.
// `colors`, red, green and blue of 256 indices, is black before, and is written where the mode is cimaging_palette.
cimaging_outcome cimaging_jpeg_decode(
    const uint8_t *bytes, size_t count, cimaging_header header, uint8_t *values, uint8_t *colors);
cimaging_outcome cimaging_png_decode(
    const uint8_t *bytes, size_t count, cimaging_header header, uint8_t *values, uint8_t *colors);
cimaging_outcome cimaging_webp_decode(
    const uint8_t *bytes, size_t count, cimaging_header header, uint8_t *values, uint8_t *colors);
cimaging_outcome cimaging_gif_decode(
    const uint8_t *bytes, size_t count, cimaging_header header, uint8_t *values, uint8_t *colors);
cimaging_outcome cimaging_tiff_decode(
    const uint8_t *bytes, size_t count, cimaging_header header, uint8_t *values, uint8_t *colors);

// Encodes 8-bit RGB. `*bytes` is malloc'ed and the caller's to free; null where the outcome is an error.
cimaging_outcome cimaging_jpeg_encode(
    const uint8_t *rgb, cimaging_size size, int quality, uint8_t **bytes, size_t *count);
cimaging_outcome cimaging_png_encode(const uint8_t *rgb, cimaging_size size, uint8_t **bytes, size_t *count);

#endif
