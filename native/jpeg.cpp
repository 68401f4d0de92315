// A JPEG file to rows of luminance: markers, scans (baseline and progressive), upsampling. Source: ITU-T T.81.
//
// Only plain, whole files are decoded here. Everything else is left to libraries that forgive.
#include "jpeg.hpp"

#include <algorithm>
#include <cstring>

#include "jpeg_bits.hpp"

namespace amparo {

#if !AMPARO_X86
bool jpeg_luma(const std::uint8_t *, std::size_t, std::size_t, LumaSink &) { return false; }
#else

bool JpegCode::build(const std::uint8_t *counts, const std::uint8_t *symbols_in_order, bool dc) {
    *this = JpegCode{};
    int code = 0, index = 0;
    last.fill(-1);
    for (int length = 1; length <= 16; ++length, code <<= 1) {
        const int count = counts[length - 1];
        if (count == 0) continue;
        offset[static_cast<std::size_t>(length)] = index - code;
        for (int each = 0; each < count; ++each, ++code, ++index) {
            if (index >= 256 || code >= 1 << length) return false;
            const int symbol = symbols_in_order[index];
            values[static_cast<std::size_t>(index)] = static_cast<std::uint8_t>(symbol);
            if (dc && symbol > 11) return false;
            if (length > kLook) continue;
            const int free = kLook - length;
            const int size = dc ? symbol : symbol & 15, run = dc ? 0 : symbol >> 4;
            for (int rest = 0; rest < 1 << free; ++rest) {
                const auto at = static_cast<std::size_t>((code << free) | rest);
                symbols[at] = static_cast<std::uint16_t>((length << 8) | symbol);
                Step &step = steps[at];
                if (size > 0 && size <= free) {
                    const int value = jpeg_extend(static_cast<unsigned>(rest) >> (free - size), size);
                    step = Step(value, run + 1, length + size);
                } else if (size == 0 && (dc || run == 0 || run == 15)) {
                    step = Step(0, dc ? 0 : run == 15 ? 16 : kEnd, length);
                }
            }
        }
        last[static_cast<std::size_t>(length)] = code - 1;
    }
    present = index > 0;
    if (!dc) pair_up();
    return present;
}

void JpegCode::pair_up() {
    const auto value16 = [](int value) { return static_cast<std::uint64_t>(static_cast<std::uint16_t>(value)); };
    for (std::size_t at = 0; at < pairs.size(); ++at) {
        const Step one = steps[at];
        if (one.length() == 0) continue;
        const bool ends = one.advance() == kEnd;
        const Step next = steps[(at << one.length()) & (pairs.size() - 1)];
        const bool useful = next.advance() == kEnd || next.value() != 0;  // sixteen zeros are left to the slow way
        const bool known = !ends && one.value() != 0 && next.length() != 0 && one.length() + next.length() <= kLook && useful;
        const bool then_ends = known && next.advance() == kEnd;
        const bool two = known && !then_ends;
        const auto length = static_cast<std::uint64_t>(one.length() + (known ? next.length() : 0));
        pairs[at].all = value16(one.value()) | value16(two ? next.value() : one.value()) << 16 |
                        static_cast<std::uint64_t>(one.advance()) << 32 |
                        static_cast<std::uint64_t>(two ? next.advance() : 0) << 40 | length << 48 |
                        static_cast<std::uint64_t>(known) << 56 | static_cast<std::uint64_t>(then_ends) << 57 |
                        static_cast<std::uint64_t>(ends) << 58 |
                        static_cast<std::uint64_t>(!ends && one.value() != 0) << 63;
    }
}

namespace {

// Place in the block of each coefficient in the order of the file.
constexpr std::array<std::uint8_t, 64> kZigzag = {
    0,  1,  8,  16, 9,  2,  3,  10, 17, 24, 32, 25, 18, 11, 4,  5,  12, 19, 26, 33, 40, 48,
    41, 34, 27, 20, 13, 6,  7,  14, 21, 28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23,
    30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63};

using Block = std::array<std::int16_t, 64>;

// Memory kept for the next picture; given back where one was large.
struct Room {
    std::vector<Block> coefs;          // of a progressive picture
    std::vector<std::uint64_t> filled;  // of each block: which coefficients are not zero, in the order of the file
    std::vector<std::uint8_t> planes[3];
};
constexpr std::size_t kKept = std::size_t{64} << 20;

std::size_t ceil_div(std::size_t a, std::size_t b) { return (a + b - 1) / b; }

struct ScanPart {
    std::size_t part;  // index of the component
    const JpegCode *dc, *ac;
};

struct Scan {
    std::vector<ScanPart> parts;
    int from = 0, to = 63, high = 0, low = 0;
};

class Reader {
  public:
    Reader(const std::uint8_t *data, std::size_t size, std::size_t max_pixels, LumaSink &sink, Room &room)
        : at_(data), end_(data + size), max_pixels_(max_pixels), sink_(sink), room_(room), ops_(jpeg_ops()) {}

    bool read() {
        if (left() < 4 || at_[0] != 0xff || at_[1] != 0xd8) return false;
        at_ += 2;
        while (left() >= 2) {
            if (at_[0] != 0xff) return false;
            const int marker = at_[1];
            if (marker == 0xff) {  // a fill byte
                ++at_;
                continue;
            }
            at_ += 2;
            if (marker == 0xd9) return finish();
            if (left() < 2) return false;
            const std::size_t length = static_cast<std::size_t>(at_[0]) << 8 | at_[1];
            if (length < 2 || left() < length) return false;
            const std::uint8_t *body = at_ + 2, *after = at_ + length;
            at_ = after;
            if (!segment(marker, body, after)) return false;
        }
        return false;
    }

  private:
    std::size_t left() const { return static_cast<std::size_t>(end_ - at_); }

    bool segment(int marker, const std::uint8_t *p, const std::uint8_t *end) {
        switch (marker) {
            case 0xdb: return quantisers(p, end);
            case 0xc4: return codes(p, end);
            case 0xc0:
            case 0xc1:
            case 0xc2: return frame(p, end, marker == 0xc2);
            case 0xdd: return end - p == 2 && (restart_ = static_cast<std::size_t>(p[0]) << 8 | p[1], true);
            case 0xda: return scan(p, end);
            case 0xe0: jfif_ = jfif_ || (end - p >= 12 && std::memcmp(p, "JFIF", 5) == 0); return true;
            case 0xee:
                if (end - p >= 12 && std::memcmp(p, "Adobe", 5) == 0) adobe_ = p[11];
                return true;
            default: return marker == 0xfe || (marker >= 0xe0 && marker <= 0xef);
        }
    }

    bool quantisers(const std::uint8_t *p, const std::uint8_t *end) {
        while (p < end) {
            const int wide = *p >> 4, which = *p & 15;
            ++p;
            if (wide > 1 || which > 3 || end - p < 64 * (wide + 1)) return false;
            for (int k = 0; k < 64; ++k, p += wide + 1)
                quants_[which][kZigzag[static_cast<std::size_t>(k)]] = static_cast<std::int16_t>(wide ? p[0] << 8 | p[1] : p[0]);
            has_quant_[which] = true;
        }
        return true;
    }

    bool codes(const std::uint8_t *p, const std::uint8_t *end) {
        while (p < end) {
            const int kind = *p >> 4, which = *p & 15;
            if (kind > 1 || which > 3 || end - p < 17) return false;
            std::size_t count = 0;
            for (int i = 1; i <= 16; ++i) count += p[i];
            if (count > 256 || static_cast<std::size_t>(end - p) < 17 + count) return false;
            std::array<std::uint8_t, 256> symbols{};
            std::copy(p + 17, p + 17 + count, symbols.begin());
            if (!codes_[kind][which].build(p + 1, symbols.data(), kind == 0)) return false;
            p += 17 + count;
        }
        return true;
    }

    bool frame(const std::uint8_t *p, const std::uint8_t *end, bool progressive) {
        if (!frame_.parts.empty() || end - p < 6 || p[0] != 8) return false;
        frame_.height = static_cast<std::size_t>(p[1]) << 8 | p[2];
        frame_.width = static_cast<std::size_t>(p[3]) << 8 | p[4];
        const std::size_t count = p[5];
        if (frame_.width < 5 || frame_.height < 5 || frame_.width * frame_.height > max_pixels_) return false;
        if ((count != 1 && count != 3) || static_cast<std::size_t>(end - p) != 6 + 3 * count) return false;
        frame_.progressive = progressive;
        for (std::size_t i = 0; i < count; ++i) {
            JpegComponent part;
            part.id = p[6 + 3 * i];
            part.h = p[7 + 3 * i] >> 4;
            part.v = p[7 + 3 * i] & 15;
            part.quant = p[8 + 3 * i];
            if (part.quant > 3) return false;
            frame_.parts.push_back(part);
        }
        return colours_known() && sampling_known() && lay_out();
    }

    // Grey, or YCbCr as libjpeg tells it: JFIF says so, or Adobe does, or the names are no others'.
    bool colours_known() const {
        const auto &parts = frame_.parts;
        if (parts.size() == 1 || jfif_) return true;
        if (adobe_ >= 0) return adobe_ == 1;
        return !(parts[0].id == 'R' && parts[1].id == 'G' && parts[2].id == 'B');
    }

    bool sampling_known() {
        auto &parts = frame_.parts;
        if (parts.size() == 1) {
            parts[0].h = parts[0].v = 1;  // one component is never interleaved
            return true;
        }
        if (parts[1].h != 1 || parts[1].v != 1 || parts[2].h != 1 || parts[2].v != 1) return false;
        const int h = parts[0].h, v = parts[0].v;
        return (h == 1 && v == 1) || (h == 2 && (v == 1 || v == 2) && frame_.width > 4);
    }

    bool lay_out() {
        const auto h = static_cast<std::size_t>(frame_.parts[0].h), v = static_cast<std::size_t>(frame_.parts[0].v);
        frame_.mcus_w = ceil_div(frame_.width, 8 * h);
        frame_.mcus_h = ceil_div(frame_.height, 8 * v);
        std::size_t blocks = 0;
        for (std::size_t i = 0; i < frame_.parts.size(); ++i) {
            JpegComponent &part = frame_.parts[i];
            const auto ph = static_cast<std::size_t>(part.h), pv = static_cast<std::size_t>(part.v);
            part.samples_w = ceil_div(frame_.width * ph, h);
            part.samples_h = ceil_div(frame_.height * pv, v);
            part.blocks_w = ceil_div(part.samples_w, 8);
            part.blocks_h = ceil_div(part.samples_h, 8);
            part.stored_w = frame_.mcus_w * ph;
            part.stored_h = frame_.mcus_h * pv;
            first_[i] = blocks;
            blocks += part.stored_w * part.stored_h;
            if (room_.planes[i].size() < part.stored_w * part.stored_h * 64)
                room_.planes[i].resize(part.stored_w * part.stored_h * 64);
        }
        if (frame_.progressive) {
            if (room_.coefs.size() < blocks) room_.coefs.resize(blocks);
            room_.filled.assign(blocks, 0);
        }
        return true;
    }

    // ---- scans ------------------------------------------------------------------------------------------------------

    bool scan(const std::uint8_t *p, const std::uint8_t *end) {
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
            scan.parts.push_back({which, &codes_[0][dc], &codes_[1][ac]});
        }
        const std::uint8_t *rest = p + 1 + 2 * count;
        scan.from = rest[0];
        scan.to = rest[1];
        scan.high = rest[2] >> 4;
        scan.low = rest[2] & 15;
        if (!frame_.progressive) return begin() && baseline(scan);
        return progressive(scan);
    }

    bool begin() {
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

    // At a place where a restart marker may stand: true if the scan goes on soundly.
    bool restart(JpegBits &bits, std::size_t mcu) {
        if (restart_ == 0 || mcu == 0 || mcu % restart_ != 0) return true;
        const std::uint8_t *place = bits.align() ? bits.position() : nullptr;
        const int expected = 0xd0 + static_cast<int>((mcu / restart_ - 1) % 8);
        if (place == nullptr || end_ - place < 2 || place[0] != 0xff || place[1] != expected) return false;
        bits.move_to(place + 2);
        predicted_ = {};
        run_ = 0;
        return true;
    }

    bool end_of_scan(JpegBits &bits) {
        if (!bits.align()) return false;
        at_ = bits.position();
        return left() >= 2 && at_[0] == 0xff;
    }

    // One block of a baseline scan; `out` holds zeros before. Sets `more` if there is anything but the mean.
    static bool block(JpegBits &shared, const ScanPart &codes, int &predicted, std::int16_t *out, bool &more) {
        JpegBits bits = shared;
        const bool sound = block_of(bits, codes, predicted, out, more);
        shared = bits;
        return sound;
    }

    static inline __attribute__((always_inline)) bool block_of(JpegBits &bits, const ScanPart &codes, int &predicted,
                                                               std::int16_t *out, bool &more) {
        int difference = 0;
        if (!dc_difference(bits, *codes.dc, difference)) return false;
        predicted += difference;
        out[0] = static_cast<std::int16_t>(predicted);
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

    static inline __attribute__((always_inline)) bool dc_difference(JpegBits &bits, const JpegCode &dc, int &difference) {
        bits.need(32);
        const JpegCode::Step step = dc.steps[bits.peek(kLook)];
        if (step.length() != 0) {
            bits.skip(step.length());
            difference = step.value();
            return true;
        }
        const int size = dc.symbol(bits);
        if (size < 0) return false;
        difference = size == 0 ? 0 : jpeg_extend(bits.take(size), size);
        return true;
    }

    bool baseline(const Scan &scan) {
        if (done_ || scan.parts.size() != frame_.parts.size() || scan.from != 0 || scan.to != 63 || scan.high || scan.low)
            return false;
        for (const ScanPart &each : scan.parts)
            if (!each.dc->present || !each.ac->present) return false;
        JpegBits bits(at_, end_);
        predicted_ = {};
        alignas(32) std::array<Block, 8> coefs{};
        std::size_t mcu = 0;
        for (std::size_t row = 0; row < frame_.mcus_h; ++row) {
            for (std::size_t column = 0; column < frame_.mcus_w; ++column, ++mcu) {
                if (!restart(bits, mcu) || !mcu_of(bits, scan, row, column, coefs)) return false;
            }
            if (!bits.sound()) return false;
            emit(row);
        }
        done_ = true;
        return end_of_scan(bits);
    }

    bool mcu_of(JpegBits &bits, const Scan &scan, std::size_t row, std::size_t column, std::array<Block, 8> &coefs) {
        Places places;
        for (const ScanPart &each : scan.parts) {
            const JpegComponent &part = frame_.parts[each.part];
            for (int y = 0; y < part.v; ++y)
                for (int x = 0; x < part.h; ++x) {
                    std::int16_t *out = coefs[places.count].data();
                    bool more = false;
                    if (!block(bits, each, predicted_[each.part], out, more)) return false;
                    places.add(out, each.part, row * static_cast<std::size_t>(part.v) + static_cast<std::size_t>(y),
                               column * static_cast<std::size_t>(part.h) + static_cast<std::size_t>(x), more);
                }
        }
        transform(places);
        std::memset(coefs.data(), 0, places.count * sizeof(Block));
        return true;
    }

    // ---- progressive scans: each adds bits to coefficients ----------------------------------------------------------

    bool progressive(const Scan &scan) {
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

    bool interleaved(JpegBits &bits, const Scan &scan) {
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

    bool alone(JpegBits &bits, const Scan &scan) {
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

    // The first scan of a band of coefficients. Most of a progressive file's time is spent here, so the bits are held
    // in registers, and blocks that have none of the band are passed over together.
    bool first_of_band(JpegBits &shared, const Scan &scan) {
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

    bool step(JpegBits &bits, const Scan &scan, const ScanPart &codes, std::size_t number) {
        Block &block = room_.coefs[number];
        if (scan.from == 0) return scan.high == 0 ? dc_first(bits, scan, codes, block) : dc_more(bits, scan, block);
        std::uint64_t &filled = room_.filled[number];
        return ac_more(bits, scan, *codes.ac, block, filled);
    }

    // The first to touch a block, and so the one that clears it.
    bool dc_first(JpegBits &bits, const Scan &scan, const ScanPart &codes, Block &block) {
        int difference = 0;
        if (!dc_difference(bits, *codes.dc, difference)) return false;
        predicted_[codes.part] += difference;
        block.fill(0);
        block[0] = static_cast<std::int16_t>(predicted_[codes.part] * (1 << scan.low));
        return true;
    }

    static bool dc_more(JpegBits &bits, const Scan &scan, Block &block) {
        if (bits.bit()) block[0] = static_cast<std::int16_t>(block[0] | (1 << scan.low));
        return true;
    }

    inline __attribute__((always_inline)) bool ac_first(JpegBits &bits, const Scan &scan, const JpegCode &ac, Block &block,
                                                           std::uint64_t &filled) {
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

    // Give one more bit to the coefficient at k, which is not zero.
    static void correct(JpegBits &bits, const Scan &scan, Block &block, int k) {
        std::int16_t &value = block[kZigzag[static_cast<std::size_t>(k)]];
        const int bit = 1 << scan.low;
        if (bits.bit() && (value & bit) == 0) value = static_cast<std::int16_t>(value >= 0 ? value + bit : value - bit);
    }

    // Correct all that are filled from k to the end of the band.
    static void correct_rest(JpegBits &bits, const Scan &scan, Block &block, std::uint64_t filled, int k) {
        if (k > scan.to) return;
        std::uint64_t rest = filled & (~std::uint64_t{0} << k) & (~std::uint64_t{0} >> (63 - scan.to));
        for (; rest != 0; rest &= rest - 1) correct(bits, scan, block, __builtin_ctzll(rest));
    }

    bool ac_more(JpegBits &shared, const Scan &scan, const JpegCode &ac, Block &block, std::uint64_t &filled) {
        JpegBits bits = shared;
        const bool sound = ac_more_of(bits, scan, ac, block, filled);
        shared = bits;
        return sound;
    }

    inline __attribute__((always_inline)) bool ac_more_of(JpegBits &bits, const Scan &scan, const JpegCode &ac, Block &block,
                                                          std::uint64_t &filled) {
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

    // At the end of the file: a progressive picture is drawn now, if all its bits have come.
    bool finish() {
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

    void draw(std::size_t which, std::size_t mcu_row) {
        const JpegComponent &part = frame_.parts[which];
        const auto v = static_cast<std::size_t>(part.v);
        for (std::size_t row = mcu_row * v; row < (mcu_row + 1) * v; ++row)
            for (std::size_t column = 0; column < part.stored_w; column += 8) {
                Places places;
                for (std::size_t x = column; x < std::min(column + 8, part.stored_w); ++x) {
                    const std::size_t number = first_[which] + row * part.stored_w + x;
                    places.add(room_.coefs[number].data(), which, row, x, room_.filled[number] != 0);
                }
                transform(places);
            }
    }

    // ---- blocks to samples ------------------------------------------------------------------------------------------

    struct Places {
        struct Place {
            const std::int16_t *coefs;
            std::size_t part, row, column;  // which block of which component
        };
        std::array<Place, 8> all;
        std::array<bool, 8> more;
        std::size_t count = 0;

        void add(const std::int16_t *coefs, std::size_t part, std::size_t row, std::size_t column, bool has_more) {
            all[count] = {coefs, part, row, column};
            more[count++] = has_more;
        }
    };

    std::uint8_t *plane_at(const Places::Place &place) {
        return room_.planes[place.part].data() + place.row * 8 * stride(place.part) + place.column * 8;
    }
    std::size_t stride(std::size_t part) const { return frame_.parts[part].stored_w * 8; }

    void transform(const Places &places) {
        std::array<JpegBlock, 8> full;
        std::size_t count = 0;
        for (std::size_t i = 0; i < places.count; ++i) {
            const Places::Place &each = places.all[i];
            if (places.more[i]) {
                full[count++] = {each.coefs, quant(each.part), plane_at(each), stride(each.part)};
            } else {
                flat(each);
            }
        }
        if (count > 0) ops_.blocks(full.data(), count);
    }

    const std::int16_t *quant(std::size_t part) const { return quants_[frame_.parts[part].quant].data(); }

    // A block of one value: the transform of the mean alone.
    void flat(const Places::Place &place) {
        const auto mean = static_cast<std::int16_t>(place.coefs[0] * quant(place.part)[0]);
        const auto value = static_cast<std::uint8_t>(std::min(std::max(((mean + 4) >> 3) + 128, 0), 255));
        std::uint8_t *out = plane_at(place);
        for (int y = 0; y < 8; ++y) std::memset(out + static_cast<std::size_t>(y) * stride(place.part), value, 8);
    }

    // ---- samples to rows --------------------------------------------------------------------------------------------

    // After the samples of a row of MCUs: give the rows whose neighbours are there too.
    void emit(std::size_t mcu_row) {
        const bool last = mcu_row + 1 == frame_.mcus_h;
        const auto v = static_cast<std::size_t>(frame_.parts[0].v);
        const std::size_t there = (mcu_row + 1) * 8 * v;
        const std::size_t until = last ? frame_.height : v == 2 ? there - 1 : there;
        for (; emitted_ < until; ++emitted_) emit_row(emitted_);
    }

    void emit_row(std::size_t row) {
        const std::uint8_t *y = room_.planes[0].data() + row * stride(0);
        const std::uint8_t *cb = wide_[0].data(), *cr = wide_[0].data();
        if (frame_.parts.size() == 3) {
            cb = chroma(1, row, wide_[0]);
            cr = chroma(2, row, wide_[1]);
        }
        ops_.luma(y, cb, cr, frame_.width, luma_.data());
        sink_.row(luma_.data());
    }

    // The row of a colour at full width.
    const std::uint8_t *chroma(std::size_t which, std::size_t row, std::vector<std::uint8_t> &out) {
        const std::uint8_t *plane = room_.planes[which].data();
        const std::size_t wide = stride(which), count = frame_.parts[which].samples_w;
        if (frame_.parts[0].h == 1) return plane + row * wide;
        std::uint16_t *sums = sums_.data() + 16;
        if (frame_.parts[0].v == 1) {
            for (std::size_t x = 0; x < count; ++x) sums[x] = plane[row * wide + x];
        } else {
            const std::size_t near = row / 2, end = frame_.parts[which].samples_h - 1;
            const std::size_t far = row % 2 == 0 ? (near == 0 ? 0 : near - 1) : std::min(near + 1, end);
            ops_.mix(plane + near * wide, plane + far * wide, count, sums);
        }
        sums[-1] = sums[0];
        sums[count] = sums[count - 1];
        ops_.widen(sums, count, frame_.parts[0].v == 1 ? 2 : 4, out.data());
        return out.data();
    }

    const std::uint8_t *at_, *const end_;
    const std::size_t max_pixels_;
    LumaSink &sink_;
    Room &room_;
    const JpegOps ops_;
    JpegFrame frame_;
    std::array<Block, 4> quants_{};
    std::array<bool, 4> has_quant_{};
    std::array<std::array<JpegCode, 4>, 2> codes_{};
    std::array<std::size_t, 3> first_{};  // number of each component's first block
    std::array<std::array<int, 64>, 3> precision_ = filled_with_none();
    std::array<int, 3> predicted_{};
    unsigned run_ = 0;  // blocks still without further coefficients in this band
    std::size_t restart_ = 0, emitted_ = 0;
    bool jfif_ = false, done_ = false;
    int adobe_ = -1;
    std::vector<float> luma_;
    std::vector<std::uint8_t> wide_[2];
    std::vector<std::uint16_t> sums_;

    static std::array<std::array<int, 64>, 3> filled_with_none() {
        std::array<std::array<int, 64>, 3> made;
        for (auto &each : made) each.fill(-1);
        return made;
    }
};

}  // namespace

bool jpeg_luma(const std::uint8_t *data, std::size_t size, std::size_t max_pixels, LumaSink &sink) {
    thread_local Room room;
    const bool whole = Reader(data, size, max_pixels, sink, room).read();
    std::size_t kept = room.coefs.capacity() * sizeof(Block);
    for (const auto &plane : room.planes) kept += plane.capacity();
    if (kept > kKept) room = Room{};
    return whole;
}

#endif

}  // namespace amparo
