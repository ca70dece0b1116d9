#include "CImaging.h"

#include <stdio.h>

#include <webp/decode.h>
#include <webp/demux.h>

static cimaging_outcome outcome(cimaging_status status, const char *message) {
    cimaging_outcome outcome = {status, ""};
    snprintf(outcome.message, sizeof outcome.message, "%s", message);
    return outcome;
}

static cimaging_outcome outcome_of(VP8StatusCode status) {
    switch (status) {
        case VP8_STATUS_OK: return outcome(cimaging_ok, "");
        case VP8_STATUS_OUT_OF_MEMORY: return outcome(cimaging_out_of_memory, "out of memory");
        case VP8_STATUS_NOT_ENOUGH_DATA:
        case VP8_STATUS_SUSPENDED: return outcome(cimaging_truncated, "the data ends too early");
        case VP8_STATUS_UNSUPPORTED_FEATURE: return outcome(cimaging_corrupt, "a feature that libwebp does not know");
        default: return outcome(cimaging_corrupt, "libwebp finds its bits damaged");
    }
}

// Of an animation, the features are the canvas's.
cimaging_outcome cimaging_webp_header(const uint8_t *bytes, size_t count, cimaging_header *header) {
    WebPBitstreamFeatures features;
    VP8StatusCode status = WebPGetFeatures(bytes, count, &features);
    if (status != VP8_STATUS_OK) return outcome_of(status);
    *header = (cimaging_header){
        .size = {features.width, features.height}, .mode = features.has_alpha ? cimaging_rgba : cimaging_rgb, .orientation = 1};
    return outcome(cimaging_ok, "");
}

// Decodes a frame into its place on the canvas.
static cimaging_outcome decode_frame(const WebPIterator *frame, cimaging_header header, uint8_t *values) {
    size_t channels = header.mode == cimaging_rgba ? 4 : 3, stride = channels * header.size.width;
    WebPDecoderConfig config;
    if (!WebPInitDecoderConfig(&config)) return outcome(cimaging_corrupt, "libwebp is of another version");
    if (frame->x_offset < 0 || frame->y_offset < 0 ||
        (uint64_t)frame->x_offset + frame->width > header.size.width ||
        (uint64_t)frame->y_offset + frame->height > header.size.height)
        return outcome(cimaging_corrupt, "its first frame lies beyond the picture");
    size_t start = frame->y_offset * stride + frame->x_offset * channels;
    config.output.colorspace = channels == 4 ? MODE_RGBA : MODE_RGB;
    config.output.is_external_memory = 1;
    config.output.u.RGBA.rgba = values + start;
    config.output.u.RGBA.stride = (int)stride;
    config.output.u.RGBA.size = stride * header.size.height - start;
    VP8StatusCode status = WebPDecode(frame->fragment.bytes, frame->fragment.size, &config);
    WebPFreeDecBuffer(&config.output);
    return outcome_of(status);
}

cimaging_outcome cimaging_webp_decode(
    const uint8_t *bytes, size_t count, cimaging_header header, uint8_t *values, uint8_t *colors) {
    WebPData data = {bytes, count};
    WebPDemuxState state;
    WebPDemuxer *demuxer = WebPDemuxPartial(&data, &state);
    if (!demuxer)
        return state == WEBP_DEMUX_PARSING_HEADER ? outcome(cimaging_truncated, "the data ends too early")
                                                  : outcome(cimaging_corrupt, "libwebp finds its parts damaged");
    cimaging_outcome result;
    WebPIterator frame;
    if (state != WEBP_DEMUX_DONE) {
        result = outcome(cimaging_truncated, "the data ends too early");
    } else if (WebPDemuxGetI(demuxer, WEBP_FF_CANVAS_WIDTH) != header.size.width ||
               WebPDemuxGetI(demuxer, WEBP_FF_CANVAS_HEIGHT) != header.size.height) {
        result = outcome(cimaging_corrupt, "its headers contradict each other");
    } else if (!WebPDemuxGetFrame(demuxer, 1, &frame)) {
        result = outcome(cimaging_corrupt, "it has no frame");
    } else {
        // Where the first frame is smaller than the canvas, nothing is around it.
        size_t channels = header.mode == cimaging_rgba ? 4 : 3;
        if (frame.width != (int)header.size.width || frame.height != (int)header.size.height)
            for (size_t i = 0; i < channels * header.size.width * header.size.height; i++) values[i] = 0;
        result = decode_frame(&frame, header, values);
        WebPDemuxReleaseIterator(&frame);
    }
    WebPDemuxDelete(demuxer);
    return result;
}
