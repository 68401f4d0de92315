// A JPEG file's segments: tables, the frame's size, colours and sampling. Source: ITU-T T.81, annex B.
//
// Only plain, whole files are decoded here. Everything else is left to libraries that forgive.
#include <algorithm>
#include <cstring>

#include "jpeg_reader.hpp"

namespace amparo {

#if !AMPARO_X86
bool jpeg_luma(const std::uint8_t *, std::size_t, std::size_t, LumaSink &) { return false; }
#else

namespace {
std::size_t ceil_div(std::size_t a, std::size_t b) { return (a + b - 1) / b; }
}  // namespace

bool JpegReader::read() {
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

bool JpegReader::segment(int marker, const std::uint8_t *p, const std::uint8_t *end) {
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

bool JpegReader::quantisers(const std::uint8_t *p, const std::uint8_t *end) {
    if (!scans_.empty()) return false;  // each component would keep those of its first scan
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

bool JpegReader::codes(const std::uint8_t *p, const std::uint8_t *end) {
    while (p < end) {
        const int kind = *p >> 4, which = *p & 15;
        if (kind > 1 || which > 3 || end - p < 17) return false;
        std::size_t count = 0;
        for (int i = 1; i <= 16; ++i) count += p[i];
        if (count > 256 || static_cast<std::size_t>(end - p) < 17 + count) return false;
        std::array<std::uint8_t, 256> symbols{};
        std::copy(p + 17, p + 17 + count, symbols.begin());
        const auto code = std::make_shared<JpegCode>();
        if (!code->build(p + 1, symbols.data(), kind == 0)) return false;
        codes_[kind][which] = code;
        p += 17 + count;
    }
    return true;
}

bool JpegReader::frame(const std::uint8_t *p, const std::uint8_t *end, bool progressive) {
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
bool JpegReader::colours_known() const {
    const auto &parts = frame_.parts;
    if (parts.size() == 1 || jfif_) return true;
    if (adobe_ >= 0) return adobe_ == 1;
    return !(parts[0].id == 'R' && parts[1].id == 'G' && parts[2].id == 'B');
}

bool JpegReader::sampling_known() {
    auto &parts = frame_.parts;
    if (parts.size() == 1) {
        parts[0].h = parts[0].v = 1;  // one component is never interleaved
        return true;
    }
    if (parts[1].h != 1 || parts[1].v != 1 || parts[2].h != 1 || parts[2].v != 1) return false;
    const int h = parts[0].h, v = parts[0].v;
    return (h == 1 && v == 1) || (h == 2 && (v == 1 || v == 2) && frame_.width > 4);
}

bool JpegReader::lay_out() {
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
        blocks += part.stored_w * pv;
        room_.planes[i].resize(part.stored_w * 2 * pv * 64);
    }
    if (frame_.progressive) {
        room_.coefs.resize(blocks);
        room_.filled.resize(blocks);
    }
    return true;
}

bool jpeg_luma(const std::uint8_t *data, std::size_t size, std::size_t max_pixels, LumaSink &sink) {
    thread_local JpegRoom room;
    return JpegReader(data, size, max_pixels, sink, room).read();
}

#endif

}  // namespace amparo
