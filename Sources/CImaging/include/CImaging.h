// libjpeg and libpng report errors by longjmp, which must not cross Swift. Each function here contains one whole job of
// theirs and returns its outcome as a value. No function keeps state; all may be called from several threads at once.

#ifndef CIMAGING_H
#define CIMAGING_H

#include <stddef.h>
#include <stdint.h>

typedef enum {
    cimaging_ok = 0,
    cimaging_truncated,      // the data ends before the image does
    cimaging_corrupt,        // the data is not what the format allows, or not of a kind that the library reads
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

// Reads the header of an image in memory.
cimaging_outcome cimaging_jpeg_size(const uint8_t *bytes, size_t count, cimaging_size *size);
cimaging_outcome cimaging_png_size(const uint8_t *bytes, size_t count, cimaging_size *size);

// Decodes an image in memory to 8-bit RGB, rows from the top without gaps: `rgb` has room for 3 · width · height bytes of
// the size that the header gave, and is only partly written where the outcome is an error.
cimaging_outcome cimaging_jpeg_decode(const uint8_t *bytes, size_t count, cimaging_size size, uint8_t *rgb);
cimaging_outcome cimaging_png_decode(const uint8_t *bytes, size_t count, cimaging_size size, uint8_t *rgb);

// Encodes 8-bit RGB. `*bytes` is malloc'ed and the caller's to free; null where the outcome is an error.
cimaging_outcome cimaging_jpeg_encode(
    const uint8_t *rgb, cimaging_size size, int quality, uint8_t **bytes, size_t *count);
cimaging_outcome cimaging_png_encode(const uint8_t *rgb, cimaging_size size, uint8_t **bytes, size_t *count);

#endif
