// The scans of a progressive JPEG file: each adds bits to coefficients. Source: ITU-T T.81, annex G.
//
// All scans are read side by side, one row of MCUs of each after the other, so that the coefficients of one row are all
// that is ever kept: a picture's coefficients are six times its pixels, and memory would be what takes the time.
#include <algorithm>
#include <cstring>

#include "jpeg_reader.hpp"

namespace amparo {

#if AMPARO_X86

namespace {

// Each scan keeps two codes of 29 KB. Encoders write about ten scans.
constexpr std::size_t kMostScans = 100;

// A call would keep the bits in memory instead of registers.
#define ALWAYS_INLINE inline __attribute__((always_inline))

using Block = JpegCoefs;

ALWAYS_INLINE std::int16_t &coefficient(Block &block, int k) {
    return block[kZigzag[static_cast<std::size_t>(k)]];
}

struct Band {
    int from, to, low;
};

// The first bits of a block's coefficients; `run`: blocks after it that have none. The block holds zeros before.
ALWAYS_INLINE bool first_bits(JpegBits &bits, const Band &of, const JpegCode &ac, Block &block, std::uint64_t &filled,
                              unsigned &run_after) {
    std::uint64_t found = 0;
    const auto put = [&](int k, int value) {
        coefficient(block, k) = static_cast<std::int16_t>(value * (1 << of.low));
        found |= std::uint64_t{1} << k;
    };
    int k = of.from - 1;
    while (k < of.to) {
        bits.need(32);
        const JpegCode::Pair pair = ac.pairs[bits.peek(kLook)];
        const int first = k + pair.advance(), second = first + pair.further();
        if (pair.plain() && second < of.to) {
            bits.skip(pair.length());
            put(first, pair.first());
            put(second, pair.second());
            k = second;
            if (pair.ends()) break;
            continue;
        }
        const int symbol = ac.symbol(bits), size = symbol & 15, run = symbol >> 4;
        if (symbol < 0) return false;
        if (size == 0 && run < 15) {
            run_after = (1u << run) - 1 + (run > 0 ? bits.take(run) : 0);
            break;
        }
        k += run + 1;
        if (k > of.to) return false;
        if (size > 0) put(k, jpeg_extend(bits.take(size), size));
    }
    filled |= found;
    return true;
}

// Give one more bit to the coefficient at k, which is not zero.
ALWAYS_INLINE void correct(JpegBits &bits, const Band &of, Block &block, int k) {
    std::int16_t &value = coefficient(block, k);
    const int bit = 1 << of.low;
    if (bits.bit() && (value & bit) == 0) value = static_cast<std::int16_t>(value >= 0 ? value + bit : value - bit);
}

// Correct all that are filled from k to the end of the band.
ALWAYS_INLINE void correct_rest(JpegBits &bits, const Band &of, Block &block, std::uint64_t filled, int k) {
    if (k > of.to) return;
    std::uint64_t rest = filled & (~std::uint64_t{0} << k) & (~std::uint64_t{0} >> (63 - of.to));
    for (; rest != 0; rest &= rest - 1) correct(bits, of, block, __builtin_ctzll(rest));
}

// One more bit of a block's coefficients. `run`: blocks from this one on that have no new ones.
ALWAYS_INLINE bool more_bits(JpegBits &bits, const Band &of, const JpegCode &ac, Block &block, std::uint64_t &filled,
                             unsigned &run_from) {
    int k = of.from;
    const std::uint64_t before = filled;
    while (run_from == 0 && k <= of.to) {
        bits.need(32);
        const int symbol = ac.symbol(bits), size = symbol & 15;
        int run = symbol >> 4, value = 0;
        if (symbol < 0 || size > 1) return false;
        if (size == 1) {
            value = bits.bit() ? 1 << of.low : -(1 << of.low);
        } else if (run < 15) {
            run_from = (1u << run) + (run > 0 ? bits.take(run) : 0);
            break;
        }
        // Pass over `run` zeros, correcting what is filled between them, to the zero after those.
        for (; k <= of.to; ++k) {
            if ((before >> k) & 1) {
                correct(bits, of, block, k);
            } else if (run-- == 0) {
                break;
            }
        }
        if (k > of.to) {
            if (value != 0) return false;
            break;
        }
        if (value != 0) {
            coefficient(block, k) = static_cast<std::int16_t>(value);
            filled |= std::uint64_t{1} << k;
        }
        ++k;
    }
    if (run_from > 0) {
        correct_rest(bits, of, block, before, k);
        --run_from;
    }
    return true;
}

}  // namespace

// Remember a scan, and go on after it.
bool JpegReader::progressive(Scan &scan) {
    if (scans_.size() >= kMostScans || !in_order(scan)) return false;
    scan.end = end_of_bits(scan.restart != 0);
    if (scan.end == nullptr) return false;
    scan.bits = JpegBits(at_, scan.end);
    at_ = scan.end;
    scans_.push_back(scan);
    return true;
}

// Whether a scan brings the bits that are due of its coefficients, and has the codes for it.
bool JpegReader::in_order(const Scan &scan) {
    const bool dc = scan.from == 0;
    if (scan.low > 13 || (scan.high != 0 && scan.high != scan.low + 1)) return false;
    if (dc ? scan.to != 0 : (scan.parts.size() != 1 || scan.to < scan.from || scan.to > 63)) return false;
    for (const ScanPart &each : scan.parts) {
        if (dc && scan.high == 0 && !each.dc) return false;
        if (!dc && !each.ac) return false;
        for (int k = scan.from; k <= scan.to; ++k) {
            int &known = precision_[each.part][static_cast<std::size_t>(k)];
            if (scan.high == 0 ? known != -1 : known != scan.high) return false;
            if (!dc && precision_[each.part][0] < 0) return false;
            known = scan.low;
        }
    }
    return true;
}

// Where the marker stands that ends the scan which begins here; null if there is none.
const std::uint8_t *JpegReader::end_of_bits(bool restarts) const {
    const std::uint8_t *p = at_;
    while (end_ - p >= 2) {
        p = static_cast<const std::uint8_t *>(std::memchr(p, 0xff, static_cast<std::size_t>(end_ - p - 1)));
        if (p == nullptr) return nullptr;
        if (p[1] != 0 && !(restarts && p[1] >= 0xd0 && p[1] <= 0xd7)) return p;
        p += 2;
    }
    return nullptr;
}

// At the end of the file: a progressive picture is decoded now, if all its bits have come.
bool JpegReader::finish() {
    if (!frame_.progressive) return done_;
    for (std::size_t i = 0; i < frame_.parts.size(); ++i)
        for (int known : precision_[i])
            if (known != 0) return false;
    if (frame_.parts.empty() || !begin()) return false;
    for (std::size_t row = 0; row < frame_.mcus_h; ++row) {
        std::memset(room_.coefs.data(), 0, room_.coefs.size() * sizeof(Block));
        std::fill(room_.filled.begin(), room_.filled.end(), 0);
        for (Scan &each : scans_)
            if (!decode_row(each, row) || !each.bits.sound()) return false;
        for (std::size_t i = 0; i < frame_.parts.size(); ++i) draw(i, row);
        emit(row);
    }
    for (Scan &each : scans_)
        if (each.run != 0 || !each.bits.align() || each.bits.position() != each.end) return false;
    return true;
}

JpegReader::Lane JpegReader::lane_of(const ScanPart &codes, std::size_t line, std::size_t first, std::size_t step) {
    const std::size_t number = first_[codes.part] + line * frame_.parts[codes.part].stored_w + first;
    return {&codes, &room_.coefs[number], &room_.filled[number], step};
}

// What a scan says of one row of MCUs.
bool JpegReader::decode_row(Scan &scan, std::size_t row) {
    if (scan.parts.size() > 1) {
        std::array<Lane, 6> lanes;  // as many as sampling_known lets a picture have
        std::size_t count = 0;
        for (const ScanPart &each : scan.parts) {
            const JpegComponent &part = frame_.parts[each.part];
            const auto h = static_cast<std::size_t>(part.h), v = static_cast<std::size_t>(part.v);
            for (std::size_t y = 0; y < v; ++y)
                for (std::size_t x = 0; x < h; ++x) lanes[count++] = lane_of(each, y, x, h);
        }
        return scan.high == 0 ? means<true>(scan, lanes.data(), count, frame_.mcus_w)
                              : means<false>(scan, lanes.data(), count, frame_.mcus_w);
    }
    const JpegComponent &part = frame_.parts[scan.parts[0].part];
    const auto v = static_cast<std::size_t>(part.v);
    for (std::size_t line = 0; line < v && row * v + line < part.blocks_h; ++line) {
        Lane lane = lane_of(scan.parts[0], line, 0, 1);
        const bool sound = scan.from > 0 ? (scan.high == 0 ? band : refine)(scan, lane, part.blocks_w)
                           : scan.high == 0 ? means<true>(scan, &lane, 1, part.blocks_w)
                                            : means<false>(scan, &lane, 1, part.blocks_w);
        if (!sound) return false;
    }
    return true;
}

// The first bits of the means, or one more. Here as below the bits are worked on in a copy, which lives in registers.
template <bool first>
bool JpegReader::means(Scan &scan, Lane *lanes, std::size_t count, std::size_t columns) {
    JpegBits bits = scan.bits;
    for (std::size_t column = 0; column < columns; ++column) {
        if (scan.restart != 0) {
            JpegBits copy = bits;
            if (!restart(scan, copy)) return false;
            bits = copy;
        }
        for (Lane *lane = lanes; lane != lanes + count; ++lane) {
            std::int16_t &mean = (*lane->block)[0];
            lane->block += lane->step;
            if (first) {
                std::int16_t &predicted = scan.predicted[lane->codes->part];
                if (!add_difference(bits, *lane->codes->dc, predicted)) return false;
                mean = static_cast<std::int16_t>(predicted * (1 << scan.low));
            } else if (bits.bit()) {
                mean = static_cast<std::int16_t>(mean | (1 << scan.low));
            }
        }
    }
    scan.bits = bits;
    return true;
}

// The first scan of a band of coefficients: most of a progressive file's time is spent here. Blocks that have none of
// the band are passed over together.
bool JpegReader::band(Scan &scan, Lane lane, std::size_t columns) {
    JpegBits bits = scan.bits;
    const Band of{scan.from, scan.to, scan.low};
    const JpegCode &ac = *lane.codes->ac;
    unsigned run = scan.run;
    for (std::size_t column = 0; column < columns; ++column) {
        if (scan.restart != 0) {
            JpegBits copy = bits;
            scan.run = run;
            if (!restart(scan, copy)) return false;
            run = scan.run;
            bits = copy;
        }
        if (run > 0) {
            const std::size_t passed = scan.restart != 0 ? 1 : std::min<std::size_t>(run, columns - column);
            run -= static_cast<unsigned>(passed);
            column += passed - 1;
            continue;
        }
        if (!first_bits(bits, of, ac, lane.block[column], lane.filled[column], run)) return false;
    }
    scan.bits = bits;
    scan.run = run;
    return true;
}

// A further scan of a band.
bool JpegReader::refine(Scan &scan, Lane lane, std::size_t columns) {
    JpegBits bits = scan.bits;
    const Band of{scan.from, scan.to, scan.low};
    const JpegCode &ac = *lane.codes->ac;
    unsigned run = scan.run;
    for (std::size_t column = 0; column < columns; ++column) {
        if (scan.restart != 0) {
            JpegBits copy = bits;
            scan.run = run;
            if (!restart(scan, copy)) return false;
            run = scan.run;
            bits = copy;
        }
        if (!more_bits(bits, of, ac, lane.block[column], lane.filled[column], run)) return false;
    }
    scan.bits = bits;
    scan.run = run;
    return true;
}

#endif

}  // namespace amparo
