// One JPEG file being read: what its segments have told so far, and where the next byte stands. Inside jpeg_*.cpp only;
// others call jpeg_luma.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "jpeg.hpp"
#include "jpeg_bits.hpp"

#if AMPARO_X86

namespace amparo {

// Place in the block of each coefficient in the order of the file.
inline constexpr std::array<std::uint8_t, 64> kZigzag = {
    0,  1,  8,  16, 9,  2,  3,  10, 17, 24, 32, 25, 18, 11, 4,  5,  12, 19, 26, 33, 40, 48,
    41, 34, 27, 20, 13, 6,  7,  14, 21, 28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23,
    30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63};

using JpegCoefs = std::array<std::int16_t, 64>;

struct JpegComponent {
    int id = 0, h = 1, v = 1;
    int quant = 0;
    std::size_t blocks_w = 0, blocks_h = 0;    // that hold picture
    std::size_t stored_w = 0, stored_h = 0;    // with those that fill up the last MCUs
    std::size_t samples_w = 0, samples_h = 0;  // that hold picture
};

struct JpegFrame {
    std::size_t width = 0, height = 0;
    std::size_t mcus_w = 0, mcus_h = 0;
    bool progressive = false;
    std::vector<JpegComponent> parts;
};

// Memory for a few rows of MCUs, kept for the next picture: it stays in the processor's cache.
struct JpegRoom {
    std::vector<JpegCoefs> coefs;         // of a progressive picture: one row of MCUs, component after component
    std::vector<std::uint64_t> filled;    // of each block: which coefficients are not zero, in the order of the file
    std::vector<std::uint8_t> planes[3];  // two rows of MCUs by turns: a row of luminance may need both
};

class JpegReader {
  public:
    JpegReader(const std::uint8_t *data, std::size_t size, std::size_t max_pixels, LumaSink &sink, JpegRoom &room)
        : at_(data), end_(data + size), max_pixels_(max_pixels), sink_(sink), room_(room), ops_(jpeg_ops()) {}

    // True if the file was plain and whole, and `sink` has all its rows.
    bool read();

  private:
    using Block = JpegCoefs;

    struct ScanPart {
        std::size_t part;  // index of the component
        std::shared_ptr<const JpegCode> dc, ac;
    };

    struct Scan {
        std::vector<ScanPart> parts;
        int from = 0, to = 63, high = 0, low = 0;
        std::size_t restart = 0;           // MCUs between restart markers; 0: there are none
        JpegBits bits{nullptr, nullptr};   // what is still to be read
        const std::uint8_t *end = nullptr;  // of a progressive scan
        std::size_t mcu = 0;               // number of the next one
        std::array<std::int16_t, 3> predicted{};
        unsigned run = 0;  // blocks still without further coefficients in this band
    };

    // Blocks of one row that a scan takes by turns: in each MCU the first, then `step` further.
    struct Lane {
        const ScanPart *codes;
        JpegCoefs *block;
        std::uint64_t *filled;
        std::size_t step;
    };

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

    std::size_t left() const { return static_cast<std::size_t>(end_ - at_); }

    // ---- segments (jpeg_markers.cpp) --------------------------------------------------------------------------------

    bool segment(int marker, const std::uint8_t *p, const std::uint8_t *end);
    bool quantisers(const std::uint8_t *p, const std::uint8_t *end);
    bool codes(const std::uint8_t *p, const std::uint8_t *end);
    bool frame(const std::uint8_t *p, const std::uint8_t *end, bool progressive);
    bool colours_known() const;
    bool sampling_known();
    bool lay_out();

    // ---- scans (jpeg_scans.cpp) -------------------------------------------------------------------------------------

    bool scan(const std::uint8_t *p, const std::uint8_t *end);
    bool begin();
    static bool restart_at(Scan &scan, JpegBits &bits);
    // Before each MCU: true if the scan goes on soundly.
    static bool restart(Scan &scan, JpegBits &bits) {
        const std::size_t mcu = scan.mcu++;
        return scan.restart == 0 || mcu == 0 || mcu % scan.restart != 0 || restart_at(scan, bits);
    }
    bool baseline(Scan &scan);
    bool mcu_of(Scan &scan, std::size_t row, std::size_t column, std::array<Block, 8> &coefs);
    static bool block(JpegBits &shared, const ScanPart &codes, std::int16_t &predicted, std::int16_t *out, bool &more);
    static bool block_of(JpegBits &bits, const ScanPart &codes, std::int16_t &predicted, std::int16_t *out, bool &more);

    // Add the next difference of means. Damaged files can add up without end, so it goes round at 16 bits.
    static inline __attribute__((always_inline)) bool add_difference(JpegBits &bits, const JpegCode &dc,
                                                                    std::int16_t &predicted) {
        bits.need(32);
        const JpegCode::Step step = dc.steps[bits.peek(kLook)];
        int difference = step.value();
        if (step.length() != 0) {
            bits.skip(step.length());
        } else {
            const int size = dc.symbol(bits);
            if (size < 0) return false;
            difference = size == 0 ? 0 : jpeg_extend(bits.take(size), size);
        }
        predicted = static_cast<std::int16_t>(predicted + difference);
        return true;
    }

    // ---- progressive scans (jpeg_progressive.cpp) -------------------------------------------------------------------

    bool progressive(Scan &scan);
    bool in_order(const Scan &scan);
    const std::uint8_t *end_of_bits(bool restarts) const;
    bool finish();
    bool decode_row(Scan &scan, std::size_t row);
    Lane lane_of(const ScanPart &codes, std::size_t line, std::size_t first, std::size_t step);
    template <bool first>
    static bool means(Scan &scan, Lane *lanes, std::size_t count, std::size_t columns);
    static bool band(Scan &scan, Lane lane, std::size_t columns);
    static bool refine(Scan &scan, Lane lane, std::size_t columns);

    // ---- blocks to samples to rows (jpeg_samples.cpp) ---------------------------------------------------------------

    void draw(std::size_t which, std::size_t mcu_row);
    void transform(const Places &places);
    void flat(const Places::Place &place);
    void emit(std::size_t mcu_row);
    void emit_row(std::size_t row);
    const std::uint8_t *chroma(std::size_t which, std::size_t row, std::vector<std::uint8_t> &out);

    // Where a row of samples stands: rows come by turns.
    std::uint8_t *line_at(std::size_t part, std::size_t row) {
        return room_.planes[part].data() + row % (16 * static_cast<std::size_t>(frame_.parts[part].v)) * stride(part);
    }
    std::uint8_t *plane_at(const Places::Place &place) { return line_at(place.part, place.row * 8) + place.column * 8; }
    std::size_t stride(std::size_t part) const { return frame_.parts[part].stored_w * 8; }
    const std::int16_t *quant(std::size_t part) const { return quants_[frame_.parts[part].quant].data(); }

    const std::uint8_t *at_, *const end_;
    const std::size_t max_pixels_;
    LumaSink &sink_;
    JpegRoom &room_;
    const JpegOps ops_;
    JpegFrame frame_;
    std::array<Block, 4> quants_{};
    std::array<bool, 4> has_quant_{};
    std::array<std::array<std::shared_ptr<const JpegCode>, 4>, 2> codes_{};  // a scan holds on to its own
    std::array<std::size_t, 3> first_{};  // number of each component's first block in the room
    std::vector<Scan> scans_;             // of a progressive picture
    std::array<std::array<int, 64>, 3> precision_ = filled_with_none();
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

}  // namespace amparo

#endif
