// The entropy-coded bits of a JPEG scan, and its Huffman codes. Source: ITU-T T.81, annex F.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace amparo {

// Bits of a scan, most significant first. Zeros follow where the data end or a marker stands; `sound` tells whether
// any of those were used.
class JpegBits {
  public:
    JpegBits(const std::uint8_t *begin, const std::uint8_t *end) : at_(begin), end_(end) {}

    // At least 48 bits afterwards.
    inline void fill() {
        if (end_ - at_ >= 8) {
            std::uint64_t next;
            std::memcpy(&next, at_, 8);
            if ((((~next) - 0x0101010101010101u) & next & 0x8080808080808080u) == 0) {  // no byte is 0xff
                next = __builtin_bswap64(next);
                held_ |= next >> count_;
                const int bytes = (63 - count_) >> 3;
                at_ += bytes;
                count_ += 8 * bytes;
                return;
            }
        }
        // On a copy, so that this object itself can live in registers.
        JpegBits copy = *this;
        copy.fill_slowly();
        *this = copy;
    }
    inline void need(int bits) {
        if (count_ < bits) fill();
    }
    inline unsigned peek(int bits) const { return static_cast<unsigned>(held_ >> (64 - bits)); }
    inline void skip(int bits) {
        held_ <<= bits;
        count_ -= bits;
    }
    inline unsigned take(int bits) {  // 1..16, that are there
        const unsigned value = peek(bits);
        skip(bits);
        return value;
    }
    inline bool bit() {
        need(1);
        return take(1) != 0;
    }
    bool sound() const { return made_up_ <= count_; }

    // Forget what is left of the last byte; false if there was more, or less than nothing.
    bool align() {
        if (!sound() || count_ - made_up_ >= 8) return false;
        held_ = 0;
        count_ = made_up_ = 0;
        return true;
    }
    // Where the marker stands that ends these bits; call after `align`.
    const std::uint8_t *position() const { return at_; }
    // Go on after this marker, if it is the one that stands there; call after `align`.
    bool pass_marker(std::uint8_t marker) {
        if (end_ - at_ < 2 || at_[0] != 0xff || at_[1] != marker) return false;
        at_ += 2;
        return true;
    }

  private:
    __attribute__((noinline)) void fill_slowly() {
        // The quick way may have left bits of the next byte below those that count; they are the same ones again.
        while (count_ <= 56) {
            if (at_ < end_ && (*at_ != 0xff || (end_ - at_ >= 2 && at_[1] == 0))) {
                held_ |= static_cast<std::uint64_t>(*at_) << (56 - count_);
                at_ += *at_ == 0xff ? 2 : 1;
            } else {
                made_up_ += 8;
            }
            count_ += 8;
        }
    }

    const std::uint8_t *at_, *end_;
    std::uint64_t held_ = 0;
    int count_ = 0;
    long made_up_ = 0;
};

// The value of `size` bits: those that begin with 0 are negative (T.81, F.2.2.1).
inline int jpeg_extend(unsigned bits, int size) {
    return bits < (1u << (size - 1)) ? static_cast<int>(bits) - (1 << size) + 1 : static_cast<int>(bits);
}

constexpr int kLook = 11;  // bits looked up at once

struct JpegCode {
    // A code with the bits of its value, if both lie within kLook bits, in one number: it is loaded at once.
    struct Step {
        std::uint32_t all = 0;
        Step() = default;
        Step(int value, int advance, int length)
            : all(static_cast<std::uint32_t>(value) << 16 | static_cast<std::uint32_t>(advance) << 8 |
                  static_cast<std::uint32_t>(length)) {}
        int value() const { return static_cast<std::int16_t>(all >> 16); }
        int advance() const { return static_cast<int>(all >> 8 & 255); }  // positions to go on; kEnd: the block ends
        int length() const { return static_cast<int>(all & 255); }        // bits of both; 0: not within kLook
    };
    static constexpr int kEnd = 128;

    // As far as two such steps lie within kLook bits, both in one number, because each look-up waits for the one before.
    struct Pair {
        std::uint64_t all = 0;
        int first() const { return static_cast<std::int16_t>(all); }
        int second() const { return static_cast<std::int16_t>(all >> 16); }  // the first again where there is none
        int advance() const { return static_cast<int>(all >> 32 & 255); }    // to the first
        int further() const { return static_cast<int>(all >> 40 & 255); }    // from the first to the second
        int length() const { return static_cast<int>(all >> 48 & 255); }
        bool several() const { return (all >> 56 & 1) != 0; }  // more than one code
        bool ends() const { return (all >> 57 & 1) != 0; }     // the block ends after it
        bool only_ends() const { return (all >> 58 & 1) != 0; }
        bool plain() const { return static_cast<std::int64_t>(all) < 0; }  // at least one value, none of them 0
    };

    std::array<Step, 1 << kLook> steps{};
    std::array<Pair, 1 << kLook> pairs{};             // for coefficients other than the mean
    std::array<std::uint16_t, 1 << kLook> symbols{};  // length << 8 | symbol; 0: a longer code
    std::array<std::int32_t, 18> last{};              // greatest code of each length, -1 where there is none
    std::array<std::int32_t, 17> offset{};            // index of a code's symbol, less the code
    std::array<std::uint8_t, 256> values{};

    // `counts`: codes of 1..16 bits. False where they are no prefix code.
    bool build(const std::uint8_t *counts, const std::uint8_t *symbols_in_order, bool dc);

    // Join the steps that follow one another.
    void pair_up();

    // The next symbol, -1 for a code that is none. At least 16 bits must be there.
    inline int symbol(JpegBits &bits) const {
        const std::uint16_t known = symbols[bits.peek(kLook)];
        if (known) {
            bits.skip(known >> 8);
            return known & 255;
        }
        for (int length = kLook + 1; length <= 16; ++length) {
            const int code = static_cast<int>(bits.peek(length));
            if (code <= last[static_cast<std::size_t>(length)]) {
                bits.skip(length);
                return values[static_cast<std::size_t>(code + offset[static_cast<std::size_t>(length)])];
            }
        }
        return -1;
    }
};

}  // namespace amparo
