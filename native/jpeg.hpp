// A JPEG file's bytes to rows of luminance. Every value is the one libjpeg-turbo's exact way gives (integer "islow"
// transform, "fancy" upsampling, its RGB conversion); a test holds the two together. x86-64 only.
#pragma once

#include <cstddef>
#include <cstdint>

#include "cpu.hpp"

namespace amparo {

// ---- what the stages do with samples (jpeg_rows.cpp) ---------------------------------------------------------------

// 8 x 8 coefficients, their quantisers, and where their samples go.
struct JpegBlock {
    const std::int16_t *coefs, *quants;
    std::uint8_t *out;
    std::size_t stride;
};

struct JpegOps {
    // Dequantise and transform `count` blocks (1..8), and store them as samples.
    void (*blocks)(const JpegBlock *blocks, std::size_t count);
    // 2 x `count` samples out of `count` sums; sums[-1] and sums[count] repeat the ends. Halves are rounded by turns.
    void (*widen)(const std::uint16_t *sums, std::size_t count, int shift, std::uint8_t *out);
    // sums[x] = 3 * near[x] + far[x]
    void (*mix)(const std::uint8_t *near, const std::uint8_t *far, std::size_t count, std::uint16_t *sums);
    // Luminance of `count` pixels by way of RGB, whose values are clamped to 0..255.
    void (*luma)(const std::uint8_t *y, const std::uint8_t *cb, const std::uint8_t *cr, std::size_t count, float *out);
};

// For the path in use. The plain twin of each is libjpeg-turbo's; see tests/media/test_jpeg.py.
JpegOps jpeg_ops();

// ---- the whole way (jpeg_markers.cpp) -------------------------------------------------------------------------------

// Takes the picture's luminance, row after row from the top.
class LumaSink {
  public:
    virtual ~LumaSink() = default;
    virtual void begin(std::size_t width, std::size_t height) = 0;
    virtual void row(const float *luma) = 0;
};

// Decode the whole file into `sink`. False where it is not a plain, whole JPEG of at most `max_pixels` pixels: another
// process of coding, colours other than grey or YCbCr, odd sampling, damage of any kind. Then what `sink` was given is
// worth nothing.
bool jpeg_luma(const std::uint8_t *data, std::size_t size, std::size_t max_pixels, LumaSink &sink);

}  // namespace amparo
