// The scans of a progressive JPEG file: each adds bits to coefficients. Source: ITU-T T.81, annex G.
#include <algorithm>

#include "jpeg_reader.hpp"

namespace amparo {

#if AMPARO_X86

bool JpegReader::progressive(const Scan &scan) {
    const bool dc = scan.from == 0;
    if (scan.low > 13 || (scan.high != 0 && scan.high != scan.low + 1)) return false;
    if (dc ? scan.to != 0 : (scan.parts.size() != 1 || scan.to < scan.from || scan.to > 63)) return false;
    for (const ScanPart &each : scan.parts) {
        if (dc && scan.high == 0 && !each.dc->present) return false;
        if (!dc && !each.ac->present) return false;
        for (int k = scan.from; k <= scan.to; ++k) {
            int &known = precision_[each.part][static_cast<std::size_t>(k)];
            if (scan.high == 0 ? known != -1 : known != scan.high) return false;
            if (!dc && precision_[each.part][0] < 0) return false;
            known = scan.low;
        }
    }
    JpegBits bits(at_, end_);
    predicted_ = {};
    run_ = 0;
    const bool sound = scan.parts.size() > 1      ? interleaved(bits, scan)
                       : !dc && scan.high == 0 ? first_of_band(bits, scan)
                                               : alone(bits, scan);
    return sound && end_of_scan(bits);
}

bool JpegReader::interleaved(JpegBits &bits, const Scan &scan) {
    std::size_t mcu = 0;
    for (std::size_t row = 0; row < frame_.mcus_h; ++row)
        for (std::size_t column = 0; column < frame_.mcus_w; ++column, ++mcu) {
            if (!restart(bits, mcu)) return false;
            for (const ScanPart &each : scan.parts) {
                const JpegComponent &part = frame_.parts[each.part];
                for (int y = 0; y < part.v; ++y)
                    for (int x = 0; x < part.h; ++x) {
                        const std::size_t number =
                            (row * static_cast<std::size_t>(part.v) + static_cast<std::size_t>(y)) * part.stored_w +
                            column * static_cast<std::size_t>(part.h) + static_cast<std::size_t>(x);
                        if (!step(bits, scan, each, first_[each.part] + number)) return false;
                    }
            }
        }
    return bits.sound();
}

bool JpegReader::alone(JpegBits &bits, const Scan &scan) {
    const ScanPart &each = scan.parts[0];
    const JpegComponent &part = frame_.parts[each.part];
    std::size_t mcu = 0;
    for (std::size_t row = 0; row < part.blocks_h; ++row) {
        for (std::size_t column = 0; column < part.blocks_w; ++column, ++mcu) {
            if (!restart(bits, mcu)) return false;
            if (!step(bits, scan, each, first_[each.part] + row * part.stored_w + column)) return false;
        }
        if (!bits.sound()) return false;
    }
    return run_ == 0;
}

inline __attribute__((always_inline)) bool JpegReader::ac_first(JpegBits &bits, const Scan &scan, const JpegCode &ac,
                                                                Block &block, std::uint64_t &filled) {
    const int to = scan.to, low = scan.low;
    const auto put = [&](int k, int value) {
        block[kZigzag[static_cast<std::size_t>(k)]] = static_cast<std::int16_t>(value * (1 << low));
        filled |= std::uint64_t{1} << k;
    };
    int k = scan.from - 1;
    while (k < to) {
        bits.need(32);
        const JpegCode::Pair pair = ac.pairs[bits.peek(kLook)];
        const int first = k + pair.advance(), second = first + pair.further();
        if (pair.plain() && second < to) {
            bits.skip(pair.length());
            put(first, pair.first());
            put(second, pair.second());
            k = second;
            if (pair.ends()) return true;
            continue;
        }
        const int symbol = ac.symbol(bits), size = symbol & 15, run = symbol >> 4;
        if (symbol < 0) return false;
        if (size == 0 && run < 15) {
            run_ = (1u << run) - 1 + (run > 0 ? bits.take(run) : 0);
            return true;
        }
        k += run + 1;
        if (k > to) return false;
        if (size > 0) put(k, jpeg_extend(bits.take(size), size));
    }
    return true;
}

// The first scan of a band of coefficients. Most of a progressive file's time is spent here, so the bits are held
// in registers, and blocks that have none of the band are passed over together.
bool JpegReader::first_of_band(JpegBits &shared, const Scan &scan) {
    const ScanPart &each = scan.parts[0];
    const JpegComponent &part = frame_.parts[each.part];
    JpegBits bits = shared;
    std::size_t mcu = 0;
    for (std::size_t row = 0; row < part.blocks_h; ++row) {
        const std::size_t start = first_[each.part] + row * part.stored_w;
        for (std::size_t column = 0; column < part.blocks_w; ++column, ++mcu) {
            if (restart_ != 0) {
                JpegBits copy = bits;
                if (!restart(copy, mcu)) return false;
                bits = copy;
            }
            if (run_ > 0) {
                const std::size_t passed = restart_ != 0 ? 1 : std::min<std::size_t>(run_, part.blocks_w - column);
                run_ -= static_cast<unsigned>(passed);
                column += passed - 1;
                mcu += passed - 1;
                continue;
            }
            const std::size_t number = start + column;
            if (!ac_first(bits, scan, *each.ac, room_.coefs[number], room_.filled[number])) return false;
        }
        if (!bits.sound()) return false;
    }
    shared = bits;
    return run_ == 0;
}

// The first to touch a block, and so the one that clears it.
bool JpegReader::dc_first(JpegBits &bits, const Scan &scan, const ScanPart &codes, Block &block) {
    int difference = 0;
    if (!dc_difference(bits, *codes.dc, difference)) return false;
    predicted_[codes.part] += difference;
    block.fill(0);
    block[0] = static_cast<std::int16_t>(predicted_[codes.part] * (1 << scan.low));
    return true;
}

bool JpegReader::dc_more(JpegBits &bits, const Scan &scan, Block &block) {
    if (bits.bit()) block[0] = static_cast<std::int16_t>(block[0] | (1 << scan.low));
    return true;
}

// Give one more bit to the coefficient at k, which is not zero.
void JpegReader::correct(JpegBits &bits, const Scan &scan, Block &block, int k) {
    std::int16_t &value = block[kZigzag[static_cast<std::size_t>(k)]];
    const int bit = 1 << scan.low;
    if (bits.bit() && (value & bit) == 0) value = static_cast<std::int16_t>(value >= 0 ? value + bit : value - bit);
}

// Correct all that are filled from k to the end of the band.
void JpegReader::correct_rest(JpegBits &bits, const Scan &scan, Block &block, std::uint64_t filled, int k) {
    if (k > scan.to) return;
    std::uint64_t rest = filled & (~std::uint64_t{0} << k) & (~std::uint64_t{0} >> (63 - scan.to));
    for (; rest != 0; rest &= rest - 1) correct(bits, scan, block, __builtin_ctzll(rest));
}

inline __attribute__((always_inline)) bool JpegReader::ac_more_of(JpegBits &bits, const Scan &scan, const JpegCode &ac,
                                                                  Block &block, std::uint64_t &filled) {
    int k = scan.from;
    const std::uint64_t before = filled;
    if (run_ == 0) {
        while (k <= scan.to) {
            bits.need(32);
            const int symbol = ac.symbol(bits), size = symbol & 15;
            int run = symbol >> 4, value = 0;
            if (symbol < 0 || size > 1) return false;
            if (size == 1) {
                value = bits.bit() ? 1 << scan.low : -(1 << scan.low);
            } else if (run < 15) {
                run_ = (1u << run) + (run > 0 ? bits.take(run) : 0);
                break;
            }
            // Pass over `run` zeros, correcting what is filled between them, to the zero after those.
            for (; k <= scan.to; ++k) {
                if ((before >> k) & 1) {
                    correct(bits, scan, block, k);
                } else if (run-- == 0) {
                    break;
                }
            }
            if (k > scan.to) {
                if (value != 0) return false;
                break;
            }
            if (value != 0) {
                block[kZigzag[static_cast<std::size_t>(k)]] = static_cast<std::int16_t>(value);
                filled |= std::uint64_t{1} << k;
            }
            ++k;
        }
    }
    if (run_ > 0) {
        correct_rest(bits, scan, block, before, k);
        --run_;
    }
    return true;
}

bool JpegReader::ac_more(JpegBits &shared, const Scan &scan, const JpegCode &ac, Block &block, std::uint64_t &filled) {
    JpegBits bits = shared;
    const bool sound = ac_more_of(bits, scan, ac, block, filled);
    shared = bits;
    return sound;
}

bool JpegReader::step(JpegBits &bits, const Scan &scan, const ScanPart &codes, std::size_t number) {
    Block &block = room_.coefs[number];
    if (scan.from == 0) return scan.high == 0 ? dc_first(bits, scan, codes, block) : dc_more(bits, scan, block);
    std::uint64_t &filled = room_.filled[number];
    return ac_more(bits, scan, *codes.ac, block, filled);
}

// At the end of the file: a progressive picture is drawn now, if all its bits have come.
bool JpegReader::finish() {
    if (!frame_.progressive) return done_;
    for (std::size_t i = 0; i < frame_.parts.size(); ++i)
        for (int known : precision_[i])
            if (known != 0) return false;
    if (frame_.parts.empty() || !begin()) return false;
    for (std::size_t row = 0; row < frame_.mcus_h; ++row) {
        for (std::size_t i = 0; i < frame_.parts.size(); ++i) draw(i, row);
        emit(row);
    }
    return true;
}

#endif

}  // namespace amparo
