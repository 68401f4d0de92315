#include "blocks_walk.hpp"

#include <algorithm>
#include <cstring>

#include "blocks_reader.hpp"
#include "blocks_script.hpp"
#include "sha256.hpp"

namespace amparo {
namespace {

constexpr std::size_t HEADER = 80;
constexpr std::int64_t MAX_MONEY = 2100000000000000;
constexpr std::uint8_t COMMITMENT[6] = {0x6A, 0x24, 0xAA, 0x21, 0xA9, 0xED};
constexpr std::uint8_t ZEROS[32] = {};
enum Flag : std::uint16_t { COINBASE = 1, SEGWIT = 2, REPLACEABLE = 4 };

// One block; what its checks need of each transaction is kept until all are read.
class Walk {
  public:
    Walk(const std::uint8_t *data, std::size_t size, std::uint64_t origin, BlockRows &rows)
        : in_(data, size, origin, rows), rows_(rows) {}

    bool run(const std::uint8_t *expected) {
        const std::uint8_t *header;
        if (!in_.take(HEADER, header)) return false;
        const Message message{header, HEADER, hash_};
        dsha256_many(&message, 1);
        if (expected && std::memcmp(hash_, expected, 32) != 0) return in_.fail(BlockFault::changed, in_.origin());
        if (!is_mined(little<std::uint32_t>(header + 72))) return in_.fail(BlockFault::no_work, in_.origin());
        std::uint64_t count;
        if (!in_.count(Part::transactions, 60, count)) return false;
        if (count == 0) return in_.fail(BlockFault::empty, in_.origin(), 0);
        first_tx_ = rows_.version.size();
        for (std::uint64_t i = 0; i < count; ++i)
            if (!tx(i == 0)) return false;
        if (in_.at != in_.size()) return in_.fail(BlockFault::left_over, in_.origin(), in_.size() - in_.at);
        hash_ids();
        if (!check_merkle(header + 36) || !check_witnesses()) return false;
        keep_block(header, count);
        return true;
    }

  private:
    struct Tx {
        Slice whole, body;  // body: from after the marker to before the witnesses
        bool segwit, coinbase;
    };

    // Whether the hash is at most the target of the compact form `bits`, and that below 2^256.
    bool is_mined(std::uint32_t bits) const {
        const unsigned exponent = bits >> 24;
        std::uint32_t mantissa = bits & 0x7FFFFF;
        if (exponent <= 3) mantissa >>= 8 * (3 - exponent);
        std::uint8_t target[36] = {};  // little-endian
        const unsigned shift = exponent > 3 ? exponent - 3 : 0;
        for (unsigned i = 0; i < 3; ++i) {
            const auto octet = static_cast<std::uint8_t>(mantissa >> (8 * i));
            if (octet == 0) continue;
            if (shift + i >= 32) return false;
            target[shift + i] = octet;
        }
        for (int i = 31; i >= 0; --i)
            if (hash_[i] != target[i]) return hash_[i] < target[i];
        return true;
    }

    bool tx(bool first) {
        const std::size_t start = in_.at;
        const std::uint64_t place = in_.place();
        std::int32_t version;
        if (!in_.number(version)) return false;
        Tx found{};
        found.segwit = in_.size() - in_.at >= 2 && in_.data()[in_.at] == 0 && in_.data()[in_.at + 1] == 1;
        if (found.segwit) in_.at += 2;
        const std::size_t body = in_.at, inputs_before = rows_.prev_vout.size();
        std::uint64_t n_in, n_out;
        if (!inputs(n_in) || !outputs(n_out, first)) return false;
        if (n_in == 0 || n_out == 0)
            return in_.fail(BlockFault::empty, place, static_cast<std::uint64_t>(n_in ? Part::outputs : Part::inputs));
        found.body = {body, in_.at - body};
        if (found.segwit && !witnesses(n_in, first)) return false;
        std::uint32_t locktime;
        if (!in_.number(locktime)) return false;
        found.whole = {start, in_.at - start};
        if (!place_coinbase(found, first, inputs_before, n_in, place)) return false;
        keep_tx(found, version, locktime, n_in, n_out, inputs_before);
        return true;
    }

    bool inputs(std::uint64_t &count) {
        if (!in_.count(Part::inputs, 41, count)) return false;
        for (std::uint64_t i = 0; i < count; ++i) {
            const std::uint8_t *txid;
            std::uint32_t vout, sequence;
            Slice script;
            if (!in_.take(32, txid) || !in_.number(vout) || !in_.counted(script) || !in_.number(sequence)) return false;
            if (i == 0) first_script_ = script;
            rows_.prev_txid.insert(rows_.prev_txid.end(), txid, txid + 32);
            rows_.prev_vout.push_back(vout);
            rows_.sequence.push_back(sequence);
        }
        return true;
    }

    bool outputs(std::uint64_t &count, bool first) {
        if (!in_.count(Part::outputs, 9, count)) return false;
        std::int64_t total = 0;
        for (std::uint64_t i = 0; i < count; ++i) {
            const std::uint64_t place = in_.place();
            std::int64_t value;
            if (!in_.number(value)) return false;
            if (value < 0 || value > MAX_MONEY || (total += value) > MAX_MONEY)
                return in_.fail(BlockFault::value, place, static_cast<std::uint64_t>(value));
            Slice script;
            if (!in_.counted(script)) return false;
            output(value, in_.data() + script.from, script.size, first);
        }
        return true;
    }

    void output(std::int64_t value, const std::uint8_t *script, std::size_t size, bool first) {
        if (first && size >= 38 && std::memcmp(script, COMMITMENT, 6) == 0) commitment_ = script + 6;
        std::uint8_t payload[32];
        rows_.value.push_back(value);
        rows_.stype.push_back(classify(script, size, payload));
        rows_.payload.insert(rows_.payload.end(), payload, payload + 32);
    }

    bool witnesses(std::uint64_t n_in, bool first) {
        for (std::uint64_t i = 0; i < n_in; ++i) {
            std::uint64_t parts;
            if (!in_.count(Part::witness_parts, 1, parts)) return false;
            Slice part;
            for (std::uint64_t k = 0; k < parts; ++k)
                if (!in_.counted(part)) return false;
            if (first && i == 0 && parts == 1) reserved_ = part, has_reserved_ = true;
        }
        return true;
    }

    // A block has one coinbase, and it stands first; its input is left out of the rows.
    bool place_coinbase(Tx &found, bool first, std::size_t inputs_before, std::uint64_t n_in, std::uint64_t place) {
        const std::uint8_t *ids = rows_.prev_txid.data() + 32 * inputs_before;
        bool none = false;
        for (std::uint64_t i = 0; i < n_in; ++i) none = none || std::memcmp(ids + 32 * i, ZEROS, 32) == 0;
        found.coinbase = none && n_in == 1 && rows_.prev_vout[inputs_before] == 0xFFFFFFFF;
        if (found.coinbase != first || (!found.coinbase && none)) return in_.fail(BlockFault::coinbase, place);
        if (!first) return true;
        coinbase_script_ = first_script_;
        rows_.prev_txid.resize(32 * inputs_before);
        rows_.prev_vout.resize(inputs_before);
        rows_.sequence.resize(inputs_before);
        return true;
    }

    void keep_tx(const Tx &found, std::int32_t version, std::uint32_t locktime, std::uint64_t n_in, std::uint64_t n_out,
                 std::size_t inputs_before) {
        bool replaceable = false;
        for (std::size_t row = inputs_before; row < rows_.sequence.size(); ++row)
            replaceable = replaceable || rows_.sequence[row] < 0xFFFFFFFE;
        const std::size_t stripped = found.segwit ? found.body.size + 8 : found.whole.size;
        rows_.version.push_back(version);
        rows_.locktime.push_back(locktime);
        rows_.size.push_back(static_cast<std::uint32_t>(found.whole.size));
        rows_.weight.push_back(static_cast<std::uint32_t>(3 * stripped + found.whole.size));
        rows_.at.push_back(in_.origin() + found.whole.from);
        rows_.flags.push_back(static_cast<std::uint16_t>((found.coinbase ? COINBASE : 0) | (found.segwit ? SEGWIT : 0) |
                                                         (replaceable ? REPLACEABLE : 0)));
        rows_.n_in.push_back(static_cast<std::uint32_t>(found.coinbase ? 0 : n_in));
        rows_.n_out.push_back(static_cast<std::uint32_t>(n_out));
        txs_.push_back(found);
    }

    // Transaction ids. Without witnesses the bytes lie in one piece; with them the pieces are put together.
    void hash_ids() {
        rows_.txid.resize(32 * (first_tx_ + txs_.size()));
        std::size_t room = 0;
        for (const Tx &each : txs_) room += each.segwit ? each.body.size + 8 : 0;
        stripped_.resize(room);
        messages_.clear();
        std::uint8_t *to = stripped_.data();
        for (std::size_t i = 0; i < txs_.size(); ++i) {
            const Tx &each = txs_[i];
            const std::uint8_t *whole = in_.data() + each.whole.from;
            std::uint8_t *digest = rows_.txid.data() + 32 * (first_tx_ + i);
            if (!each.segwit) {
                messages_.push_back({whole, each.whole.size, digest});
                continue;
            }
            const std::size_t size = each.body.size + 8;
            std::memcpy(to, whole, 4);
            std::memcpy(to + 4, in_.data() + each.body.from, each.body.size);
            std::memcpy(to + size - 4, whole + each.whole.size - 4, 4);
            messages_.push_back({to, size, digest});
            to += size;
        }
        dsha256_many(messages_.data(), messages_.size());
    }

    // The Merkle root of `level` (which is used up); `mutated`: two equal neighbours were paired (CVE-2012-2459).
    void merkle(std::vector<std::uint8_t> &level, std::uint8_t root[32], bool &mutated) {
        std::vector<std::uint8_t> above;
        while (level.size() > 32) {
            for (std::size_t at = 0; at + 64 <= level.size(); at += 64)
                mutated = mutated || std::memcmp(level.data() + at, level.data() + at + 32, 32) == 0;
            if (level.size() % 64) level.insert(level.end(), level.end() - 32, level.end());
            above.resize(level.size() / 2);
            messages_.clear();
            for (std::size_t at = 0; at < level.size(); at += 64)
                messages_.push_back({level.data() + at, 64, above.data() + at / 2});
            dsha256_many(messages_.data(), messages_.size());
            level.swap(above);
        }
        std::memcpy(root, level.data(), 32);
    }

    bool check_merkle(const std::uint8_t *wanted) {
        std::vector<std::uint8_t> level(rows_.txid.begin() + static_cast<std::ptrdiff_t>(32 * first_tx_), rows_.txid.end());
        level.reserve(level.size() + 32);
        std::uint8_t root[32];
        bool mutated = false;
        merkle(level, root, mutated);
        return (!mutated && std::memcmp(root, wanted, 32) == 0) || fault_of_block(BlockFault::merkle);
    }

    // The Merkle root does not cover witnesses; the coinbase's commitment does (BIP 141).
    bool check_witnesses() {
        const bool any = std::any_of(txs_.begin(), txs_.end(), [](const Tx &each) { return each.segwit; });
        if (!commitment_ || !has_reserved_) return !any || fault_of_block(BlockFault::witness);
        std::vector<std::uint8_t> level(rows_.txid.begin() + static_cast<std::ptrdiff_t>(32 * first_tx_), rows_.txid.end());
        level.reserve(level.size() + 32);
        std::memset(level.data(), 0, 32);
        messages_.clear();
        for (std::size_t i = 1; i < txs_.size(); ++i)
            if (txs_[i].segwit)
                messages_.push_back({in_.data() + txs_[i].whole.from, txs_[i].whole.size, level.data() + 32 * i});
        dsha256_many(messages_.data(), messages_.size());
        std::uint8_t root[32], found[32];
        bool mutated = false;
        merkle(level, root, mutated);
        std::vector<std::uint8_t> both(root, root + 32);
        both.insert(both.end(), in_.data() + reserved_.from, in_.data() + reserved_.from + reserved_.size);
        const Message message{both.data(), both.size(), found};
        dsha256_many(&message, 1);
        return std::memcmp(found, commitment_, 32) == 0 || fault_of_block(BlockFault::witness);
    }

    bool fault_of_block(BlockFault fault) {
        rows_.hash.insert(rows_.hash.end(), hash_, hash_ + 32);  // the error names it
        return in_.fail(fault, in_.origin());
    }

    void keep_block(const std::uint8_t *header, std::uint64_t count) {
        rows_.hash.insert(rows_.hash.end(), hash_, hash_ + 32);
        rows_.prev.insert(rows_.prev.end(), header + 4, header + 36);
        rows_.time.push_back(little<std::uint32_t>(header + 68));
        rows_.height.push_back(claimed_height(little<std::int32_t>(header)));
        rows_.n_tx.push_back(static_cast<std::uint32_t>(count));
    }

    // The height BIP 34 puts first into the coinbase.
    std::int64_t claimed_height(std::int32_t version) const {
        const std::uint8_t *script = in_.data() + coinbase_script_.from;
        if (version < 2 || coinbase_script_.size == 0) return -1;
        const std::size_t size = script[0];
        if (size >= 0x51 && size <= 0x60) return static_cast<std::int64_t>(size) - 0x50;
        if (size == 0 || size > 5 || coinbase_script_.size < 1 + size) return -1;
        std::int64_t height = 0;
        for (std::size_t i = 0; i < size; ++i) height |= std::int64_t{script[1 + i]} << (8 * i);
        if (script[size] & 0x80) return -1;  // negative
        return height < (std::int64_t{1} << 31) ? height : -1;
    }

    Reader in_;
    BlockRows &rows_;
    std::uint8_t hash_[32];
    std::size_t first_tx_ = 0;
    Slice first_script_, coinbase_script_, reserved_;
    bool has_reserved_ = false;
    const std::uint8_t *commitment_ = nullptr;
    std::vector<Tx> txs_;
    std::vector<Message> messages_;
    std::vector<std::uint8_t> stripped_;
};

void make_room(BlockRows &rows, std::size_t octets) {
    const std::size_t txs = octets / 250 + 16, outs = octets / 100 + 16, ins = octets / 150 + 16;
    rows.txid.reserve(32 * txs);
    rows.payload.reserve(32 * outs);
    rows.prev_txid.reserve(32 * ins);
    for (auto *column : {&rows.locktime, &rows.size, &rows.weight, &rows.n_out, &rows.n_in}) column->reserve(txs);
    rows.version.reserve(txs);
    rows.at.reserve(txs);
    rows.flags.reserve(txs);
    rows.value.reserve(outs);
    rows.stype.reserve(outs);
    rows.prev_vout.reserve(ins);
    rows.sequence.reserve(ins);
}

}  // namespace

BlockRows walk_blocks(const BlockBytes &blocks) {
    BlockRows rows;
    std::size_t octets = 0;
    for (std::size_t i = 0; i < blocks.count; ++i) octets += blocks.length[i];
    make_room(rows, octets);
    for (std::size_t i = 0; i < blocks.count; ++i) {
        Walk walk(blocks.data + blocks.start[i], blocks.length[i], blocks.at[i], rows);
        rows.fault_block = i;
        if (!walk.run(blocks.hash ? blocks.hash + 32 * i : nullptr)) break;
    }
    return rows;
}

void unmask(std::uint8_t *data, std::size_t size, std::uint64_t at, const std::uint8_t mask[8]) {
    std::uint8_t key[8];
    for (std::size_t i = 0; i < 8; ++i) key[i] = mask[(at + i) % 8];
    std::uint64_t wide;
    std::memcpy(&wide, key, 8);
    std::size_t i = 0;
    for (; i + 8 <= size; i += 8) {
        std::uint64_t word;
        std::memcpy(&word, data + i, 8);
        word ^= wide;
        std::memcpy(data + i, &word, 8);
    }
    for (; i < size; ++i) data[i] ^= key[i % 8];
}

}  // namespace amparo
