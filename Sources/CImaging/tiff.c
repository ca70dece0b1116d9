#include "CImaging.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tiffio.h>

// A file in memory, as libtiff's callbacks know it, and what went wrong first.
typedef struct {
    const uint8_t *bytes;
    size_t count, position;
    TIFF *tiff;
    int unnamed;  // nothing is said of some samples beside the colours
    cimaging_outcome outcome;
} reader;

static int fail(reader *r, cimaging_status status, const char *format, ...) {
    if (r->outcome.status != cimaging_ok) return 0;
    r->outcome.status = status;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(r->outcome.message, sizeof r->outcome.message, format, arguments);
    va_end(arguments);
    return 0;
}

// libtiff goes on after some of its errors, as PNG's and JPEG's libraries do not: whatever it calls an error is one here.
static int note_error(TIFF *tiff, void *data, const char *module, const char *format, va_list arguments) {
    reader *r = data;
    if (r->outcome.status == cimaging_ok) {
        r->outcome.status = cimaging_corrupt;
        vsnprintf(r->outcome.message, sizeof r->outcome.message, format, arguments);
    }
    return 1;
}

static int starts(const char *text, const char *beginning) { return strncmp(text, beginning, strlen(beginning)) == 0; }

// Its warnings are of tags that do not matter, but for two: it goes on without a tag that the file was cut before, and takes
// samples of which the file says nothing as unspecified.
static int note_warning(TIFF *tiff, void *data, const char *module, const char *format, va_list arguments) {
    if (starts(format, "IO error during reading of")) fail(data, cimaging_truncated, "a tag lies beyond the end");
    if (starts(format, "Sum of Photometric type-related color channels")) ((reader *)data)->unnamed = 1;
    return 1;
}

static tmsize_t read_bytes(thandle_t handle, void *to, tmsize_t count) {
    reader *r = handle;
    size_t left = r->position < r->count ? r->count - r->position : 0;
    size_t taken = count < 0 ? 0 : (size_t)count < left ? (size_t)count : left;
    memcpy(to, r->bytes + (taken ? r->position : 0), taken);
    r->position += taken;
    return (tmsize_t)taken;
}

static tmsize_t write_nothing(thandle_t handle, void *from, tmsize_t count) { return 0; }

static toff_t seek(thandle_t handle, toff_t offset, int whence) {
    reader *r = handle;
    r->position = offset + (whence == SEEK_CUR ? r->position : whence == SEEK_END ? r->count : 0);
    return r->position;
}

static int close_nothing(thandle_t handle) { return 0; }

static toff_t size_of(thandle_t handle) { return ((reader *)handle)->count; }

static int map(thandle_t handle, void **base, toff_t *size) {
    reader *r = handle;
    *base = (void *)r->bytes;
    *size = r->count;
    return 1;
}

static void unmap(thandle_t handle, void *base, toff_t size) {}

// How a file's samples lie, of a kind that is read.
typedef struct {
    cimaging_header header;
    unsigned bits;         // of a sample
    unsigned samples;      // of a pixel in the file
    unsigned used;         // of them, the first ones that the mode has
    int inverted;          // 0 is white
    int premultiplied;     // colours are multiplied by alpha
    int separate;          // each kind of sample in a plane of its own
} layout;

static int has_compression(reader *r, unsigned compression, unsigned bits) {
    switch (compression) {
        case COMPRESSION_CCITTRLE:
        case COMPRESSION_CCITTFAX3:
        case COMPRESSION_CCITTFAX4:
            if (bits == 1) return 1;
            break;
        case COMPRESSION_NONE:
        case COMPRESSION_LZW:
        case COMPRESSION_JPEG:
        case COMPRESSION_ADOBE_DEFLATE:
        case COMPRESSION_DEFLATE:
        case COMPRESSION_PACKBITS:
        case COMPRESSION_LZMA:
        case COMPRESSION_ZSTD:
            if (TIFFIsCODECConfigured((uint16_t)compression)) return 1;
    }
    const TIFFCodec *codec = TIFFFindCODEC((uint16_t)compression);
    return fail(r, cimaging_unsupported, "its compression %u%s%s%s is not read", compression, codec ? " (" : "",
        codec ? codec->name : "", codec ? ")" : "");
}

// Fails for whatever Pillow does not read either, and for what it reads and this does not.
static int read_layout(reader *r, layout *l) {
    TIFF *tiff = r->tiff;
    uint32_t width = 0, height = 0;
    uint16_t photometric = PHOTOMETRIC_MINISWHITE, bits = 1, samples = 1, format = SAMPLEFORMAT_UINT, compression = 1;
    uint16_t planes = PLANARCONFIG_CONTIG, orientation = ORIENTATION_TOPLEFT, extras = 0, *kinds = NULL;
    TIFFGetField(tiff, TIFFTAG_IMAGEWIDTH, &width);
    TIFFGetField(tiff, TIFFTAG_IMAGELENGTH, &height);
    TIFFGetField(tiff, TIFFTAG_PHOTOMETRIC, &photometric);
    TIFFGetFieldDefaulted(tiff, TIFFTAG_BITSPERSAMPLE, &bits);
    TIFFGetFieldDefaulted(tiff, TIFFTAG_SAMPLESPERPIXEL, &samples);
    TIFFGetFieldDefaulted(tiff, TIFFTAG_SAMPLEFORMAT, &format);
    TIFFGetFieldDefaulted(tiff, TIFFTAG_COMPRESSION, &compression);
    TIFFGetFieldDefaulted(tiff, TIFFTAG_PLANARCONFIG, &planes);
    TIFFGetFieldDefaulted(tiff, TIFFTAG_ORIENTATION, &orientation);
    TIFFGetFieldDefaulted(tiff, TIFFTAG_EXTRASAMPLES, &extras, &kinds);
    if (!has_compression(r, compression, bits)) return 0;
    if (format != SAMPLEFORMAT_UINT)
        return fail(r, cimaging_unsupported, "its samples are signed or floating-point numbers, of which only whole positive "
                                             "ones are read");
    *l = (layout){.bits = bits, .samples = samples, .separate = planes == PLANARCONFIG_SEPARATE && samples > 1};
    l->header.size = (cimaging_size){width, height};
    l->header.orientation = orientation >= 1 && orientation <= 8 ? orientation : 1;

    // The first further sample may be alpha; the others mean nothing.
    unsigned first = extras > 0 ? kinds[0] : EXTRASAMPLE_UNSPECIFIED;
    int others = 0;
    for (int i = 1; i < extras; i++) others |= kinds[i] != EXTRASAMPLE_UNSPECIFIED;
    int alpha = extras > 0 && first != EXTRASAMPLE_UNSPECIFIED;
    if (extras > samples) return fail(r, cimaging_corrupt, "it has more samples beside colours than samples");
    unsigned colors = samples - extras;
    int known = !others && samples <= 6;
    if (r->unnamed) {
        // Pillow takes a fourth sample beside RGB as alpha, and knows no other.
        known &= photometric == PHOTOMETRIC_RGB && samples == 4;
        alpha = 1;
    }

    switch (photometric) {
        case PHOTOMETRIC_MINISWHITE:
        case PHOTOMETRIC_MINISBLACK: {
            int white = photometric == PHOTOMETRIC_MINISWHITE, swapped = TIFFIsBigEndian(tiff);
            l->used = 1;
            l->inverted = white && bits < 16;  // Pillow inverts no 16 bits
            l->header.mode = bits == 1 ? cimaging_bilevel : cimaging_grey;
            if (bits == 16) l->header.mode = swapped ? cimaging_grey16_big_endian : cimaging_grey16;
            if (samples == 1) {
                known &= bits == 1 || bits == 2 || bits == 4 || bits == 8 || (bits == 16 && !(white && swapped));
            } else {
                known &= bits == 8 && samples == 2 && first == EXTRASAMPLE_UNASSALPHA && !white;
                l->used = 2;
                l->header.mode = cimaging_grey_alpha;
            }
            break;
        }
        case PHOTOMETRIC_PALETTE:
            l->used = 1;
            l->header.mode = cimaging_palette;
            known &= samples == 1 ? bits == 1 || bits == 2 || bits == 4 || bits == 8
                                  : bits == 8 && samples == 2 && extras == 1 && !alpha;
            break;
        case PHOTOMETRIC_RGB:
            l->used = alpha ? 4 : 3;
            l->premultiplied = first == EXTRASAMPLE_ASSOCALPHA;
            l->header.mode = alpha ? cimaging_rgba : cimaging_rgb;
            known &= colors == 3 && (bits == 8 || (bits == 16 && samples <= 4));
            break;
        case PHOTOMETRIC_SEPARATED:
            l->used = 4;
            l->header.mode = cimaging_cmyk;
            known &= colors == 4 && !alpha && (bits == 8 || (bits == 16 && samples == 4));
            break;
        case PHOTOMETRIC_YCBCR:
            // libjpeg makes RGB of it.
            if (compression != COMPRESSION_JPEG || l->separate)
                return fail(r, cimaging_unsupported, "its YCbCr colours are read where they are compressed as JPEG, in one plane");
            TIFFSetField(tiff, TIFFTAG_JPEGCOLORMODE, JPEGCOLORMODE_RGB);
            l->used = 3;
            l->header.mode = cimaging_rgb;
            known &= bits == 8 && samples == 3;
            break;
        default:
            return fail(r, cimaging_unsupported, "its colours are of the kind %u%s, which is not read", photometric,
                photometric == PHOTOMETRIC_CIELAB ? " (CIELAB)" : "");
    }
    if (!known)
        return fail(r, cimaging_unsupported, "%u samples of %u bits for each pixel, with colours of the kind %u, are not read",
            samples, bits, photometric);
    if (l->separate && (bits != 8 || l->premultiplied))
        return fail(r, cimaging_unsupported, "planes are read of 8 bits, with an alpha that is not multiplied in");
    return 1;
}

static int open_reader(reader *r, const uint8_t *bytes, size_t count, layout *l) {
    *r = (reader){.bytes = bytes, .count = count};
    TIFFOpenOptions *options = TIFFOpenOptionsAlloc();
    if (!options) return fail(r, cimaging_out_of_memory, "out of memory");
    TIFFOpenOptionsSetMaxSingleMemAlloc(options, (tmsize_t)1 << 30);
    TIFFOpenOptionsSetErrorHandlerExtR(options, note_error, r);
    TIFFOpenOptionsSetWarningHandlerExtR(options, note_warning, r);
    r->tiff = TIFFClientOpenExt(
        "memory", "r", r, read_bytes, write_nothing, seek, close_nothing, size_of, map, unmap, options);
    TIFFOpenOptionsFree(options);
    if (!r->tiff) return fail(r, cimaging_corrupt, "libtiff cannot open it");
    return r->outcome.status == cimaging_ok && read_layout(r, l);
}

static cimaging_outcome close_reader(reader *r) {
    cimaging_outcome outcome = r->outcome;
    if (r->tiff) TIFFClose(r->tiff);
    return outcome;
}

cimaging_outcome cimaging_tiff_header(const uint8_t *bytes, size_t count, cimaging_header *header) {
    reader r;
    layout l;
    if (open_reader(&r, bytes, count, &l)) *header = l.header;
    return close_reader(&r);
}

// Writes a row of a strip or tile, in which a pixel takes `stride` samples, as values of the mode.
static void unpack(const layout *l, const uint8_t *from, uint8_t *to, size_t pixels, unsigned stride) {
    unsigned used = l->separate ? 1 : l->used, step = l->used;
    if (l->bits < 8) {
        unsigned highest = (1u << l->bits) - 1, scale = l->header.mode == cimaging_palette ? 1 : 255 / highest;
        for (size_t x = 0; x < pixels; x++) {
            unsigned bit = (unsigned)(x * l->bits);
            unsigned value = from[(x * l->bits) / 8] >> (8 - l->bits - bit % 8) & highest;
            to[x] = (uint8_t)((l->inverted ? highest - value : value) * scale);
        }
        return;
    }
    if (l->bits == 16 && l->used == 1) {  // libtiff gives the machine's order
        for (size_t x = 0; x < pixels; x++) {
            uint16_t value;
            memcpy(&value, from + 2 * x * stride, 2);
            int low = l->header.mode == cimaging_grey16 ? 0 : 1;
            to[2 * x + low] = (uint8_t)value;
            to[2 * x + 1 - low] = (uint8_t)(value >> 8);
        }
        return;
    }
    for (size_t x = 0; x < pixels; x++, to += step) {
        for (unsigned i = 0; i < used; i++) {
            if (l->bits == 16) {
                uint16_t value;
                memcpy(&value, from + 2 * (x * stride + i), 2);
                to[i] = (uint8_t)(value >> 8);
            } else {
                uint8_t value = from[x * stride + i];
                to[i] = l->inverted ? 255 - value : value;
            }
        }
        if (!l->premultiplied) continue;
        unsigned alpha = to[3];
        for (unsigned i = 0; i < 3; i++) {
            unsigned value = alpha ? to[i] * 255u / alpha : 0;
            to[i] = (uint8_t)(value > 255 ? 255 : value);
        }
    }
}

// Reads all strips or tiles of a plane: where each kind of sample has its own, its number is the channel's.
static int read_plane(reader *r, const layout *l, unsigned plane, uint8_t *values, uint8_t *buffer, size_t capacity) {
    TIFF *tiff = r->tiff;
    uint32_t width = l->header.size.width, height = l->header.size.height;
    uint32_t across = width, down = height;
    int tiled = TIFFIsTiled(tiff);
    if (tiled) {
        TIFFGetField(tiff, TIFFTAG_TILEWIDTH, &across);
        TIFFGetField(tiff, TIFFTAG_TILELENGTH, &down);
    } else {
        TIFFGetFieldDefaulted(tiff, TIFFTAG_ROWSPERSTRIP, &down);
    }
    if (across == 0 || down == 0) return fail(r, cimaging_corrupt, "its strips or tiles are empty");
    size_t row = tiled ? (size_t)TIFFTileRowSize64(tiff) : (size_t)TIFFScanlineSize64(tiff);
    unsigned stride = l->separate ? 1 : l->samples;
    if (row < ((size_t)across * stride * l->bits + 7) / 8) return fail(r, cimaging_corrupt, "its rows are too short");
    size_t pixel = l->used * (l->bits == 16 && l->used == 1 ? 2 : 1);
    for (uint64_t top = 0; top < height; top += down) {
        size_t rows = height - top < down ? (size_t)(height - top) : down;
        if (rows * row > capacity) return fail(r, cimaging_corrupt, "its strips or tiles are larger than they say");
        for (uint64_t left = 0; left < width; left += across) {
            tmsize_t read = tiled
                ? TIFFReadTile(tiff, buffer, (uint32_t)left, (uint32_t)top, 0, (uint16_t)plane)
                : TIFFReadEncodedStrip(
                      tiff, TIFFComputeStrip(tiff, (uint32_t)top, (uint16_t)plane), buffer, (tmsize_t)(rows * row));
            if (r->outcome.status != cimaging_ok) return 0;
            if (read < 0 || (size_t)read < rows * row) return fail(r, cimaging_truncated, "a strip or tile is cut");
            size_t columns = width - left < across ? (size_t)(width - left) : across;
            for (size_t y = 0; y < rows; y++)
                unpack(l, buffer + y * row, values + ((top + y) * width + left) * pixel + plane, columns, stride);
        }
    }
    return 1;
}

static int read_palette(reader *r, const layout *l, uint8_t *colors) {
    uint16_t *channels[3];
    if (!TIFFGetField(r->tiff, TIFFTAG_COLORMAP, &channels[0], &channels[1], &channels[2]))
        return fail(r, cimaging_corrupt, "it has no palette");
    for (unsigned i = 0; i < 1u << l->bits && i < 256; i++)
        for (int channel = 0; channel < 3; channel++) colors[3 * i + channel] = channels[channel][i] >> 8;
    return 1;
}

static void read_pixels(reader *r, const layout *l, uint8_t *values, uint8_t *colors) {
    if (l->header.mode == cimaging_palette && !read_palette(r, l, colors)) return;
    uint64_t pixels = (uint64_t)l->header.size.width * l->header.size.height;
    uint64_t capacity;
    if (TIFFIsTiled(r->tiff)) {
        // A tile may be larger than the picture; one that is larger by far is an attack on memory.
        uint32_t across = 0, down = 0;
        TIFFGetField(r->tiff, TIFFTAG_TILEWIDTH, &across);
        TIFFGetField(r->tiff, TIFFTAG_TILELENGTH, &down);
        if ((uint64_t)across * down > 2 * pixels + (1 << 20)) {
            fail(r, cimaging_corrupt, "its tiles are %u×%u pixels, far larger than the picture", across, down);
            return;
        }
        capacity = TIFFTileSize64(r->tiff);
    } else {
        uint32_t rows = 0;
        TIFFGetFieldDefaulted(r->tiff, TIFFTAG_ROWSPERSTRIP, &rows);
        capacity = TIFFVStripSize64(r->tiff, rows < l->header.size.height ? rows : l->header.size.height);
    }
    if (r->outcome.status != cimaging_ok) return;
    if (capacity == 0 || capacity > ((uint64_t)1 << 33)) {
        fail(r, cimaging_corrupt, "its strips or tiles are empty or too large");
        return;
    }
    uint8_t *buffer = malloc((size_t)capacity);
    if (!buffer) {
        fail(r, cimaging_out_of_memory, "out of memory");
        return;
    }
    unsigned planes = l->separate ? l->used : 1;
    for (unsigned plane = 0; plane < planes; plane++)
        if (!read_plane(r, l, plane, values, buffer, (size_t)capacity)) break;
    free(buffer);
}

cimaging_outcome cimaging_tiff_decode(
    const uint8_t *bytes, size_t count, cimaging_header header, uint8_t *values, uint8_t *colors) {
    reader r;
    layout l;
    if (open_reader(&r, bytes, count, &l)) {
        if (l.header.size.width != header.size.width || l.header.size.height != header.size.height ||
            l.header.mode != header.mode) {
            fail(&r, cimaging_corrupt, "the header changed");
        } else {
            read_pixels(&r, &l, values, colors);
        }
    }
    return close_reader(&r);
}
