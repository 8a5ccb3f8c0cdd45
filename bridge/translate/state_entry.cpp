#include "translate/state_entry.h"

#include "util/text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace tapbridge::translate {

namespace {

// Readers that have only doubles still tell all of them apart.
constexpr double k_sequence_limit = 9007199254740992.0; // 2^53

// The envelope around a part adds levels, and readers stop at 1,000 (Jackson, Python).
constexpr unsigned k_deepest = 900;

constexpr std::array<std::string_view, 4> k_parts = {"bookmark", "bookmark_text", "shared",
                                                     "shared_text"};

// A decimal number as its significant digits and the power of ten of the last one.
struct Decimal {
    std::string digits;
    long exponent = 0;

    friend bool operator==(const Decimal&, const Decimal&) = default;
};

Decimal decimal(std::string_view number)
{
    Decimal result;
    bool fraction = false;
    std::size_t at = 0;
    for (; at < number.size() && number[at] != 'e' && number[at] != 'E'; ++at) {
        if (number[at] == '.')
            fraction = true;
        else if (number[at] >= '0' && number[at] <= '9') {
            result.digits += number[at];
            result.exponent -= fraction ? 1 : 0;
        }
    }
    if (at < number.size())
        result.exponent += std::strtol(std::string(number.substr(at + 1)).c_str(), nullptr, 10);
    const std::size_t last = result.digits.find_last_not_of('0');
    if (last == std::string::npos)
        return {};
    result.exponent += static_cast<long>(result.digits.size() - last - 1);
    result.digits.erase(last + 1);
    result.digits.erase(0, result.digits.find_first_not_of('0'));
    return result;
}

// Readers take a number with a fraction or an exponent for a double, and write that back: a
// position that comes back greater than it was skips records. Integers keep their digits
// everywhere.
bool survives_doubles(const std::string& number)
{
    if (number.find_first_of(".eE") == std::string::npos)
        return true;
    double value = 0;
    const auto read = std::from_chars(number.data(), number.data() + number.size(), value);
    if (read.ec != std::errc())
        return false; // beyond the range of a double
    if (value == 0)
        return number.substr(0, number.find_first_of("eE")).find_first_of("123456789") ==
               std::string::npos;
    std::array<char, 64> text{};
    const auto end =
        std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::scientific);
    return decimal({text.data(), static_cast<std::size_t>(end.ptr - text.data())}) ==
           decimal(number);
}

bool survives(const json::Value& value, unsigned depth)
{
    if (value.kind() == json::Kind::number)
        return survives_doubles(value.source());
    if (depth > k_deepest)
        return false;
    const auto item_survives = [depth](const json::Value& item) {
        return survives(item, depth + 1);
    };
    const auto member_survives = [depth](const json::Member& member) {
        return survives(member.value, depth + 1);
    };
    return std::all_of(value.items().begin(), value.items().end(), item_survives) &&
           std::all_of(value.members().begin(), value.members().end(), member_survives);
}

void append_part(std::string& out, std::string_view name, const json::Value& value)
{
    const bool as_text = json::has_defects(value) || !survives(value, 1);
    out.append("\"").append(name).append(as_text ? "_text\":" : "\":");
    if (as_text)
        json::append_quoted(out, value.text());
    else
        value.write(out);
    out += ',';
}

struct Part {
    bool readable = true;
    std::optional<json::Value> value;
};

Part read_part(const json::Value& entry, const std::string& name)
{
    if (const json::Value* value = entry.find(name))
        return {true, *value};
    const json::Value* text = entry.find(name + "_text");
    if (!text || text->is_null())
        return {};
    Part part;
    part.value = json::parse(text->as_string());
    part.readable = text->is_string() && part.value;
    return part;
}

std::optional<std::uint64_t> read_sequence(const json::Value& object, std::string_view name)
{
    const json::Value* value = object.find(name);
    if (!value || (value->kind() != json::Kind::number && !value->is_string()))
        return std::nullopt;
    const std::string digits(text::trim(value->is_string() ? value->as_string() : value->source()));
    double number = 0;
    const char* end = digits.data() + digits.size();
    const auto read = std::from_chars(digits.data(), end, number);
    if (read.ec != std::errc() || read.ptr != end)
        return std::nullopt;
    if (!(number >= 0 && number < k_sequence_limit) || number != std::floor(number))
        return std::nullopt;
    return static_cast<std::uint64_t>(number);
}

} // namespace

std::string stream_state(const std::optional<json::Value>& bookmark, const json::Value& shared,
                         std::uint64_t sequence, const std::optional<StateBase>& base,
                         const std::vector<std::string>& family, std::uint64_t since)
{
    std::string out = "{";
    if (bookmark)
        append_part(out, "bookmark", *bookmark);
    append_part(out, "shared", shared);
    if (base)
        append_part(out, "base", base->shared);
    if (base || !family.empty())
        out.append("\"base_sequence\":")
            .append(std::to_string(base ? base->sequence : since))
            .append(",");
    if (!family.empty()) {
        json::Value ids = json::Value::array();
        for (const std::string& id : family)
            ids.items().push_back(json::Value::string(id));
        append_part(out, "family", ids);
    }
    return out.append("\"sequence\":").append(std::to_string(sequence)).append("}");
}

std::string global_shared_state(const json::Value& blob, std::uint64_t sequence)
{
    const bool looks_like_ours = read_state_entry(blob).has_value();
    if (!blob.is_object() || looks_like_ours || json::has_defects(blob) || !survives(blob, 1))
        return stream_state(std::nullopt, blob, sequence);
    return blob.text();
}

std::string global_stream_state(bool goes_on, std::uint64_t sequence)
{
    return goes_on ? "{\"sequence\":" + std::to_string(sequence) + "}" : "{}";
}

std::optional<std::uint64_t> read_sequence(const json::Value& stream_state)
{
    return read_sequence(stream_state, "sequence");
}

std::optional<StateEntry> read_state_entry(const json::Value& stream_state)
{
    const std::optional<std::uint64_t> sequence = read_sequence(stream_state);
    const bool has_part = std::any_of(k_parts.begin(), k_parts.end(), [&](std::string_view part) {
        return stream_state.find(part) != nullptr;
    });
    if (!sequence || (!has_part && stream_state.members().size() != 1))
        return std::nullopt;
    Part bookmark = read_part(stream_state, "bookmark");
    Part shared = read_part(stream_state, "shared");
    Part base = read_part(stream_state, "base");
    if (!bookmark.readable || !shared.readable || !base.readable)
        return std::nullopt;
    StateEntry entry{std::move(bookmark.value),
                     std::move(shared.value).value_or(json::Value()),
                     *sequence,
                     std::nullopt,
                     read_sequence(stream_state, "base_sequence"),
                     {}};
    if (const json::Value* family = stream_state.find("family")) {
        for (const json::Value& id : family->items())
            entry.family.push_back(id.as_string());
    }
    if (base.value && entry.since)
        entry.base = StateBase{std::move(*base.value), *entry.since};
    return entry;
}

} // namespace tapbridge::translate
