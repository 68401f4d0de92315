// The scans of a JPEG file: their heads, restarts, and the only scan of a baseline picture. Source: ITU-T T.81,
// annex F.
#include <algorithm>
#include <cstring>

#include "jpeg_reader.hpp"

namespace amparo {

#if AMPARO_X86

bool JpegReader::scan(const std::uint8_t *p, const std::uint8_t *end) {
    Scan scan;
    if (frame_.parts.empty() || end - p < 1) return false;
    const std::size_t count = p[0];
    if (count < 1 || count > frame_.parts.size() || static_cast<std::size_t>(end - p) != 4 + 2 * count) return false;
    for (std::size_t i = 0; i < count; ++i) {
        const int id = p[1 + 2 * i], dc = p[2 + 2 * i] >> 4, ac = p[2 + 2 * i] & 15;
        std::size_t which = 0;
        while (which < frame_.parts.size() && frame_.parts[which].id != id) ++which;
        if (which == frame_.parts.size() || dc > 3 || ac > 3) return false;
        if (!scan.parts.empty() && scan.parts.back().part >= which) return false;
        scan.parts.push_back({which, codes_[0][dc], codes_[1][ac]});
    }
    const std::uint8_t *rest = p + 1 + 2 * count;
    scan.from = rest[0];
    scan.to = rest[1];
    scan.high = rest[2] >> 4;
    scan.low = rest[2] & 15;
    scan.restart = restart_;
    if (!frame_.progressive) return begin() && baseline(scan);
    return progressive(scan);
}

bool JpegReader::begin() {
    for (const JpegComponent &part : frame_.parts)
        if (!has_quant_[part.quant]) return false;
    sink_.begin(frame_.width, frame_.height);
    emitted_ = 0;
    luma_.resize(frame_.width);
    for (auto &each : wide_) each.resize(2 * frame_.parts[0].stored_w * 8 + 32);
    sums_.resize(frame_.parts[0].stored_w * 8 + 32);
    if (frame_.parts.size() == 1) std::fill(wide_[0].begin(), wide_[0].end(), std::uint8_t{128});
    return true;
}

// At a place where a restart marker must stand.
bool JpegReader::restart_at(Scan &scan, JpegBits &bits) {
    const auto which = static_cast<std::uint8_t>(((scan.mcu - 1) / scan.restart - 1) % 8);
    if (!bits.align() || !bits.pass_marker(static_cast<std::uint8_t>(0xd0 + which))) return false;
    scan.predicted = {};
    scan.run = 0;
    return true;
}

inline __attribute__((always_inline)) bool JpegReader::block_of(JpegBits &bits, const ScanPart &codes, std::int16_t &predicted,
                                                           std::int16_t *out, bool &more) {
    if (!add_difference(bits, *codes.dc, predicted)) return false;
    out[0] = predicted;
    const JpegCode &ac = *codes.ac;
    int k = 0;
    while (k < 63) {
        bits.need(32);
        const JpegCode::Pair pair = ac.pairs[bits.peek(kLook)];
        const int first = k + pair.advance(), second = first + pair.further();
        if (pair.plain() && second < 63) {
            bits.skip(pair.length());
            out[kZigzag[static_cast<std::size_t>(first)]] = static_cast<std::int16_t>(pair.first());
            out[kZigzag[static_cast<std::size_t>(second)]] = static_cast<std::int16_t>(pair.second());
            k = second;
            if (pair.ends()) break;
            continue;
        }
        const int symbol = ac.symbol(bits), size = symbol & 15;
        if (symbol == 0) break;
        if (symbol < 0 || (size == 0 && symbol != 0xf0)) return false;
        k += (symbol >> 4) + 1;
        if (k > 63) return false;
        if (size != 0) out[kZigzag[static_cast<std::size_t>(k)]] = static_cast<std::int16_t>(jpeg_extend(bits.take(size), size));
    }
    more = k > 0;
    return true;
}

// One block of a baseline scan; `out` holds zeros before. Sets `more` if there is anything but the mean.
bool JpegReader::block(JpegBits &shared, const ScanPart &codes, std::int16_t &predicted, std::int16_t *out, bool &more) {
    JpegBits bits = shared;
    const bool sound = block_of(bits, codes, predicted, out, more);
    shared = bits;
    return sound;
}

bool JpegReader::baseline(Scan &scan) {
    if (done_ || scan.parts.size() != frame_.parts.size() || scan.from != 0 || scan.to != 63 || scan.high || scan.low)
        return false;
    for (const ScanPart &each : scan.parts)
        if (!each.dc || !each.ac) return false;
    scan.bits = JpegBits(at_, end_);
    alignas(32) std::array<Block, 8> coefs{};
    for (std::size_t row = 0; row < frame_.mcus_h; ++row) {
        for (std::size_t column = 0; column < frame_.mcus_w; ++column)
            if (!restart(scan, scan.bits) || !mcu_of(scan, row, column, coefs)) return false;
        if (!scan.bits.sound()) return false;
        emit(row);
    }
    if (!scan.bits.align()) return false;
    at_ = scan.bits.position();
    done_ = left() >= 2 && at_[0] == 0xff;
    return done_;
}

bool JpegReader::mcu_of(Scan &scan, std::size_t row, std::size_t column, std::array<Block, 8> &coefs) {
    Places places;
    for (const ScanPart &each : scan.parts) {
        const JpegComponent &part = frame_.parts[each.part];
        for (int y = 0; y < part.v; ++y)
            for (int x = 0; x < part.h; ++x) {
                std::int16_t *out = coefs[places.count].data();
                bool more = false;
                if (!block(scan.bits, each, scan.predicted[each.part], out, more)) return false;
                places.add(out, each.part, row * static_cast<std::size_t>(part.v) + static_cast<std::size_t>(y),
                           column * static_cast<std::size_t>(part.h) + static_cast<std::size_t>(x), more);
            }
    }
    transform(places);
    std::memset(coefs.data(), 0, places.count * sizeof(Block));
    return true;
}

#endif

}  // namespace amparo
