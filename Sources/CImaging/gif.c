#include "CImaging.h"

#include <stdio.h>
#include <string.h>

#include <gif_lib.h>

typedef struct {
    const uint8_t *next;
    size_t left;
} source;

// giflib takes fewer bytes than it asked for as the end of the file.
static int read_bytes(GifFileType *gif, GifByteType *to, int count) {
    source *from = gif->UserData;
    if (count < 0) return 0;
    size_t taken = (size_t)count < from->left ? (size_t)count : from->left;
    memcpy(to, from->next, taken);
    from->next += taken;
    from->left -= taken;
    return (int)taken;
}

// A file up to the data of its first picture.
typedef struct {
    source source;
    GifFileType *gif;
    cimaging_header header;
    const ColorMapObject *palette;  // null where indices are grey
    int transparent;                // the index of its graphic control extension; −1 without one
    cimaging_outcome outcome;
} reader;

static int fail(reader *r, cimaging_status status, const char *message) {
    r->outcome.status = status;
    snprintf(r->outcome.message, sizeof r->outcome.message, "%s", message);
    return 0;
}

static int fail_with(reader *r, int error) {
    switch (error) {
        case D_GIF_ERR_NOT_ENOUGH_MEM: return fail(r, cimaging_out_of_memory, "out of memory");
        case D_GIF_ERR_READ_FAILED:
        case D_GIF_ERR_NO_SCRN_DSCR:
        case D_GIF_ERR_EOF_TOO_SOON: return fail(r, cimaging_truncated, "the data ends too early");
        default: {
            const char *message = GifErrorString(error);
            return fail(r, cimaging_corrupt, message ? message : "giflib cannot read it");
        }
    }
}

// Pillow takes a palette that gives every index its own number as grey for none.
static const ColorMapObject *colorful(const ColorMapObject *palette) {
    for (int i = 0; palette && i < palette->ColorCount; i++) {
        GifColorType color = palette->Colors[i];
        if (color.Red != i || color.Green != i || color.Blue != i) return palette;
    }
    return NULL;
}

static int read_extension(reader *r) {
    int code;
    GifByteType *block;  // its length, then its bytes
    if (DGifGetExtension(r->gif, &code, &block) == GIF_ERROR) return fail_with(r, r->gif->Error);
    if (code == GRAPHICS_EXT_FUNC_CODE && block && block[0] >= 4 && block[1] & 1) r->transparent = block[4];
    while (block)
        if (DGifGetExtensionNext(r->gif, &block) == GIF_ERROR) return fail_with(r, r->gif->Error);
    return 1;
}

static uint32_t larger(uint32_t a, uint32_t b) { return a > b ? a : b; }

static int read_image_header(reader *r) {
    if (DGifGetImageDesc(r->gif) == GIF_ERROR) return fail_with(r, r->gif->Error);
    GifImageDesc *frame = &r->gif->Image;
    if (frame->Left < 0 || frame->Top < 0 || frame->Width <= 0 || frame->Height <= 0)
        return fail(r, cimaging_corrupt, "its first picture has no pixels");
    r->palette = colorful(frame->ColorMap ? frame->ColorMap : r->gif->SColorMap);
    // A picture that reaches beyond the screen widens it.
    r->header = (cimaging_header){
        .size = {
            larger((uint32_t)r->gif->SWidth, (uint32_t)frame->Left + (uint32_t)frame->Width),
            larger((uint32_t)r->gif->SHeight, (uint32_t)frame->Top + (uint32_t)frame->Height)},
        .mode = r->palette ? cimaging_palette : cimaging_grey, .orientation = 1};
    return 1;
}

// Everything before the first picture's data.
static int open_reader(reader *r, const uint8_t *bytes, size_t count) {
    *r = (reader){.source = {bytes, count}, .transparent = -1};
    int error = 0;
    r->gif = DGifOpen(&r->source, read_bytes, &error);
    if (!r->gif) return fail_with(r, error);
    for (;;) {
        GifRecordType record;
        if (DGifGetRecordType(r->gif, &record) == GIF_ERROR) return fail_with(r, r->gif->Error);
        switch (record) {
            case IMAGE_DESC_RECORD_TYPE: return read_image_header(r);
            case EXTENSION_RECORD_TYPE:
                if (!read_extension(r)) return 0;
                break;
            default: return fail(r, cimaging_corrupt, "it holds no picture");
        }
    }
}

static cimaging_outcome close_reader(reader *r) {
    if (r->gif) DGifCloseFile(r->gif, NULL);
    return r->outcome;
}

cimaging_outcome cimaging_gif_header(const uint8_t *bytes, size_t count, cimaging_header *header) {
    reader r;
    if (open_reader(&r, bytes, count)) *header = r.header;
    return close_reader(&r);
}

static void read_pixels(reader *r, uint8_t *values) {
    GifImageDesc *frame = &r->gif->Image;
    size_t width = r->header.size.width;
    // Around a picture that is smaller than the screen nothing shows; by Pillow's reading, its transparent colour.
    memset(values, r->transparent < 0 ? 0 : r->transparent, width * r->header.size.height);
    static const int starts[] = {0, 4, 2, 1}, steps[] = {8, 8, 4, 2};
    for (int pass = 0; pass < (frame->Interlace ? 4 : 1); pass++) {
        int step = frame->Interlace ? steps[pass] : 1;
        for (int y = frame->Interlace ? starts[pass] : 0; y < frame->Height; y += step) {
            uint8_t *row = values + ((size_t)frame->Top + (size_t)y) * width + (size_t)frame->Left;
            if (DGifGetLine(r->gif, row, frame->Width) == GIF_ERROR) {
                fail_with(r, r->gif->Error);
                return;
            }
        }
    }
}

cimaging_outcome cimaging_gif_decode(
    const uint8_t *bytes, size_t count, cimaging_header header, uint8_t *values, uint8_t *colors) {
    reader r;
    if (open_reader(&r, bytes, count)) {
        if (r.header.size.width != header.size.width || r.header.size.height != header.size.height ||
            r.header.mode != header.mode) {
            fail(&r, cimaging_corrupt, "the header changed");
        } else {
            for (int i = 0; r.palette && i < r.palette->ColorCount && i < 256; i++) {
                colors[3 * i] = r.palette->Colors[i].Red;
                colors[3 * i + 1] = r.palette->Colors[i].Green;
                colors[3 * i + 2] = r.palette->Colors[i].Blue;
            }
            read_pixels(&r, values);
        }
    }
    return close_reader(&r);
}
