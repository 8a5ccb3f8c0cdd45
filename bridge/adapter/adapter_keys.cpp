#include "adapter/adapter_keys.h"

#include "util/text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <system_error>

namespace tapbridge::adapter {

namespace {

constexpr std::size_t k_most_quoted = 60;

struct Unit {
    std::string_view name;
    std::uint64_t factor;
};

constexpr std::array<Unit, 4> k_durations{
    {{"ms", 1}, {"s", 1000}, {"m", 60'000}, {"h", 3'600'000}}};
constexpr std::array<Unit, 4> k_sizes{
    {{"B", 1}, {"KiB", 1U << 10U}, {"MiB", 1U << 20U}, {"GiB", 1U << 30U}}};

// A whole number and one of the units; the greatest number stands for any that is greater.
std::optional<std::uint64_t> quantity(std::string_view text, std::span<const Unit> units)
{
    constexpr std::uint64_t k_most = std::numeric_limits<std::int64_t>::max();
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error == std::errc::invalid_argument) {
        return std::nullopt;
    }
    const std::string_view name = text.substr(static_cast<std::size_t>(end - text.data()));
    const auto* const unit = std::find_if(units.data(), units.data() + units.size(),
                                          [&](const Unit& known) { return known.name == name; });
    if (unit == units.data() + units.size()) {
        return std::nullopt;
    }
    const bool too_great =
        error == std::errc::result_out_of_range || number > k_most / unit->factor;
    return too_great ? k_most : number * unit->factor;
}

// A number with its unit; none where it is something else or out of bounds: `problem` says so.
std::optional<std::uint64_t> bounded(const YamlNode& value, std::span<const Unit> units,
                                     const Bounds& bounds, const char* kind, std::string& problem)
{
    const bool is_scalar = value.kind == YamlNode::Kind::scalar;
    const auto number = is_scalar ? quantity(value.text, units) : std::nullopt;
    if (!number) {
        problem = kind;
        return std::nullopt;
    }
    if (*number < quantity(bounds.least, units) || *number > quantity(bounds.most, units)) {
        problem =
            "It can be " + std::string(bounds.least) + " to " + std::string(bounds.most) + ".";
        return std::nullopt;
    }
    return number;
}

std::string quoted(std::string_view text)
{
    return text::quoted(
        text::shorten(text::replace_all(std::string(text), "\n", " "), k_most_quoted));
}

} // namespace

std::string description(const YamlNode& value)
{
    switch (value.kind) {
    case YamlNode::Kind::null:
        return "empty";
    case YamlNode::Kind::list:
        return "a list";
    case YamlNode::Kind::map:
        return "a mapping";
    case YamlNode::Kind::scalar:
        break;
    }
    return quoted(value.text);
}

void AdapterKeys::read(const YamlNode& map, const std::string& path, std::vector<Problem>& problems,
                       const Reader& reader)
{
    AdapterKeys keys(map, path, problems);
    reader(keys);
    keys.complain_of_unknown_keys();
}

void AdapterKeys::duration(std::string_view key, std::chrono::milliseconds& value,
                           const Bounds& bounds)
{
    const YamlNode* const node = take(key);
    if (node == nullptr) {
        return;
    }
    std::string problem;
    const auto number =
        bounded(*node, k_durations, bounds,
                "A duration is a whole number and its unit: ms, s, m or h, as in 10s.", problem);
    if (number) {
        value = std::chrono::milliseconds(*number);
    } else {
        complain(*node, key, problem);
    }
}

void AdapterKeys::size(std::string_view key, std::size_t& value, const Bounds& bounds)
{
    const YamlNode* const node = take(key);
    if (node == nullptr) {
        return;
    }
    std::string problem;
    const auto number = bounded(
        *node, k_sizes, bounds,
        "A size is a whole number and its unit: B, KiB, MiB or GiB, as in 256MiB.", problem);
    if (number) {
        value = *number;
    } else {
        complain(*node, key, problem);
    }
}

void AdapterKeys::mapping(std::string_view key, const Reader& reader)
{
    const YamlNode* const node = take(key);
    if (node == nullptr) {
        return;
    }
    if (node->kind == YamlNode::Kind::map) {
        read(*node, path_of(key), m_problems, reader);
    } else {
        complain(*node, key, "Give it keys with values below it (KEY: VALUE), or leave it out.");
    }
}

const YamlNode* AdapterKeys::take(std::string_view key)
{
    m_known.emplace_back(key);
    for (const YamlMember& member : m_map.members) {
        if (member.key == key) {
            return &member.value;
        }
    }
    return nullptr;
}

void AdapterKeys::complain(const YamlNode& value, std::string_view key, const std::string& what)
{
    m_problems.push_back({value.place, path_of(key) + " is " + description(value) + ". " + what});
}

std::string AdapterKeys::path_of(std::string_view key) const
{
    return (m_path.empty() ? "" : m_path + ".") + std::string(key);
}

std::string AdapterKeys::remedy(const YamlMember& unknown) const
{
    if (const std::string near = text::nearest(unknown.key, m_known); !near.empty()) {
        return "did you mean " + text::quoted(near) + "?";
    }
    if (unknown.value.kind == YamlNode::Kind::null && text::contains(unknown.key, ":")) {
        return "a blank belongs after the colon.";
    }
    return "the known ones are " + text::join(m_known, ", ") + ".";
}

void AdapterKeys::complain_of_unknown_keys()
{
    for (const YamlMember& member : m_map.members) {
        if (std::find(m_known.begin(), m_known.end(), member.key) != m_known.end()) {
            continue;
        }
        m_problems.push_back({member.place, "unknown key " + quoted(member.key) +
                                                (m_path.empty() ? "" : " in " + m_path) + "; " +
                                                remedy(member)});
    }
}

} // namespace tapbridge::adapter
