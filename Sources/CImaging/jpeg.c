#include "CImaging.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

#include <jpeglib.h>
#include <jerror.h>

// libjpeg's error manager, with where to go on an error and what to say there. The C standard leaves locals of the
// function that calls setjmp undefined after longjmp, so everything that must survive lives in a struct of its caller.
typedef struct {
    struct jpeg_error_mgr manager;  // first, so that a pointer to it is a pointer to this
    jmp_buf escape;
    cimaging_outcome outcome;
} failure;

static void fail(j_common_ptr codec) {
    failure *f = (failure *)codec->err;
    if (f->outcome.status == cimaging_ok)
        f->outcome.status = f->manager.msg_code == JERR_OUT_OF_MEMORY ? cimaging_out_of_memory : cimaging_corrupt;
    f->manager.format_message(codec, f->outcome.message);
    longjmp(f->escape, 1);
}

// libjpeg goes on after every warning. Those after which part of the picture is made up are errors here; the others
// (unusual headers, stray bytes between segments) leave the picture whole.
static void warn(j_common_ptr codec, int level) {
    if (level >= 0) return;  // a trace message
    switch (codec->err->msg_code) {
        case JWRN_HIT_MARKER:
        case JWRN_HUFF_BAD_CODE:
        case JWRN_ARITH_BAD_CODE:
        case JWRN_MUST_RESYNC:
            fail(codec);
    }
}

static void be_silent(j_common_ptr codec) {}

static struct jpeg_error_mgr *prepare(failure *f) {
    jpeg_std_error(&f->manager);
    f->manager.error_exit = fail;
    f->manager.emit_message = warn;
    f->manager.output_message = be_silent;
    f->outcome = (cimaging_outcome){cimaging_ok, ""};
    return &f->manager;
}

// A source over memory. libjpeg's own invents an end-of-image marker when the data runs out; this one fails.
static void source_nothing(j_decompress_ptr decoder) {}

static boolean source_exhausted(j_decompress_ptr decoder) {
    ((failure *)decoder->err)->outcome.status = cimaging_truncated;
    ERREXIT(decoder, JERR_INPUT_EOF);
    return FALSE;
}

static void source_skip(j_decompress_ptr decoder, long count) {
    if (count <= 0) return;
    struct jpeg_source_mgr *source = decoder->src;
    if ((size_t)count > source->bytes_in_buffer) source_exhausted(decoder);
    source->next_input_byte += count;
    source->bytes_in_buffer -= (size_t)count;
}

typedef struct {
    failure failure;
    struct jpeg_decompress_struct decoder;
    struct jpeg_source_mgr source;
} reader;

static void open_reader(reader *r, const uint8_t *bytes, size_t count) {
    jpeg_create_decompress(&r->decoder);
    r->source = (struct jpeg_source_mgr){
        .next_input_byte = bytes,
        .bytes_in_buffer = count,
        .init_source = source_nothing,
        .fill_input_buffer = source_exhausted,
        .skip_input_data = source_skip,
        .resync_to_restart = jpeg_resync_to_restart,
        .term_source = source_nothing,
    };
    r->decoder.src = &r->source;
    jpeg_read_header(&r->decoder, TRUE);
}

// As libjpeg tells the colour space by the file's markers, of which Pillow looks only at the number of components.
static cimaging_header header_of(j_decompress_ptr decoder) {
    int components = decoder->num_components;
    return (cimaging_header){
        .size = {decoder->image_width, decoder->image_height},
        .mode = components == 1 ? cimaging_grey : components == 4 ? cimaging_cmyk : cimaging_rgb,
        .orientation = 1,  // EXIF's is passed over
    };
}

static void read_header(reader *r, const uint8_t *bytes, size_t count, cimaging_header *header) {
    if (setjmp(r->failure.escape)) return;
    open_reader(r, bytes, count);
    *header = header_of(&r->decoder);
}

cimaging_outcome cimaging_jpeg_header(const uint8_t *bytes, size_t count, cimaging_header *header) {
    reader r = {0};
    r.decoder.err = prepare(&r.failure);
    read_header(&r, bytes, count, header);
    jpeg_destroy_decompress(&r.decoder);
    return r.failure.outcome;
}

static void read_pixels(reader *r, const uint8_t *bytes, size_t count, cimaging_header header, uint8_t *values) {
    if (setjmp(r->failure.escape)) return;
    open_reader(r, bytes, count);
    j_decompress_ptr decoder = &r->decoder;
    cimaging_header actual = header_of(decoder);
    if (actual.size.width != header.size.width || actual.size.height != header.size.height || actual.mode != header.mode)
        ERREXIT(decoder, JERR_BAD_LENGTH);
    int channels = header.mode == cimaging_grey ? 1 : header.mode == cimaging_cmyk ? 4 : 3;
    decoder->out_color_space = channels == 1 ? JCS_GRAYSCALE : channels == 4 ? JCS_CMYK : JCS_RGB;
    jpeg_start_decompress(decoder);
    size_t stride = (size_t)header.size.width * channels;
    for (size_t y = 0; y < header.size.height; y++) {
        JSAMPROW row = values + y * stride;
        jpeg_read_scanlines(decoder, &row, 1);
        // Adobe's applications store ink inverted, and so does practically everyone: 255 is no ink. Pillow takes it so too.
        if (channels == 4)
            for (size_t i = 0; i < stride; i++) row[i] = 255 - row[i];
    }
    jpeg_finish_decompress(decoder);  // finds the end-of-image marker, or fails
}

cimaging_outcome cimaging_jpeg_decode(
    const uint8_t *bytes, size_t count, cimaging_header header, uint8_t *values, uint8_t *colors) {
    reader r = {0};
    r.decoder.err = prepare(&r.failure);
    read_pixels(&r, bytes, count, header, values);
    jpeg_destroy_decompress(&r.decoder);
    return r.failure.outcome;
}

typedef struct {
    failure failure;
    struct jpeg_compress_struct encoder;
    unsigned char *bytes;
    unsigned long count;
} writer;

static void write_pixels(writer *w, const uint8_t *rgb, cimaging_size size, int quality) {
    if (setjmp(w->failure.escape)) return;
    j_compress_ptr encoder = &w->encoder;
    jpeg_create_compress(encoder);
    jpeg_mem_dest(encoder, &w->bytes, &w->count);
    encoder->image_width = size.width;
    encoder->image_height = size.height;
    encoder->input_components = 3;
    encoder->in_color_space = JCS_RGB;
    jpeg_set_defaults(encoder);
    jpeg_set_quality(encoder, quality, TRUE);
    jpeg_start_compress(encoder, TRUE);
    for (size_t y = 0; y < size.height; y++) {
        JSAMPROW row = (JSAMPROW)(rgb + y * size.width * 3);
        jpeg_write_scanlines(encoder, &row, 1);
    }
    jpeg_finish_compress(encoder);
}

cimaging_outcome cimaging_jpeg_encode(
    const uint8_t *rgb, cimaging_size size, int quality, uint8_t **bytes, size_t *count) {
    writer w = {0};
    w.encoder.err = prepare(&w.failure);
    write_pixels(&w, rgb, size, quality);
    jpeg_destroy_compress(&w.encoder);
    if (w.failure.outcome.status != cimaging_ok) {
        free(w.bytes);
        w.bytes = NULL;
    }
    *bytes = w.bytes;
    *count = w.count;
    return w.failure.outcome;
}
