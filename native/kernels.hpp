// The kernels as plain C++: no Python in here, so that each can be read and tested alone.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace amparo {

using Hash256 = std::array<std::uint8_t, 32>;

struct PdqResult {
    // original, rot90 (counter-clockwise), rot180, rot270, flipx, flipy, plus1, minus1
    std::array<Hash256, 8> hashes{};
    int quality = 0;
};

// PDQ of height x width pixels, `channels` 1 (grey) or 3 (RGB), rows without gaps. A side under 5 gives zeros.
PdqResult pdq(const std::uint8_t *pixels, std::size_t height, std::size_t width, std::size_t channels);

// PDQ of a JPEG file, as of the RGB pixels of a full decode. False where jpeg_luma (jpeg.hpp) leaves it to others.
bool jpeg_pdq(const std::uint8_t *data, std::size_t size, std::size_t max_pixels, PdqResult &result);

struct Near {
    std::uint32_t query;
    std::uint32_t position;
    std::uint32_t distance;
};

// Every (query, bank position) within `threshold` differing bits, by bank position, then query.
std::vector<Near> hamming(const std::uint8_t *bank, std::size_t bank_size, const std::uint8_t *queries,
                          std::size_t query_count, unsigned threshold);

}  // namespace amparo
