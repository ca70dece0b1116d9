/// Vega, Vega-Lite and Vega-Embed as one script for a page, without a network.
///
/// The script sets `window.vega`, `window.vegaLite` and `window.vegaEmbed`. vega.js is written by Scripts/vega and is in no
/// way changed; LICENSES has the licences of what is in it.
#pragma once

#include <stddef.h>

/// The script, UTF-8, not ended by a zero.
/// @param size how many bytes it has.
const char *cvega_script(size_t *size);
