#include "adapter/adapter_keys.h"

#include "adapter/adapter_value.h"
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

constexpr std::string_view k_scalar = "Write one text.";

} // namespace

std::string quoted_briefly(std::string_view text)
{
    return text::quoted(
        text::shorten(text::replace_all(std::string(text), "\n", " "), k_most_quoted));
}

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
    return quoted_briefly(value.text);
}

void add_problem(Findings& findings, const YamlNode& value, const std::string& path,
                 std::string_view what)
{
    findings.problems.push_back(
        {value.place, path + " is " + description(value) + ". " + std::string(what)});
}

std::optional<std::string> text_of(const YamlNode& node, const std::string& path,
                                   Findings& findings, AdapterKeys::Empty empty)
{
    const bool is_missing = node.text.empty() && empty == AdapterKeys::Empty::refused;
    if (node.kind != YamlNode::Kind::scalar || is_missing) {
        add_problem(findings, node, path, k_scalar);
    } else if (node.text.find('\0') != std::string::npos) {
        findings.problems.push_back({node.place, path + " holds a character U+0000, at which a "
                                                        "program ends a text. Remove it."});
    } else {
        return node.text;
    }
    return std::nullopt;
}

void AdapterKeys::read(const YamlNode& map, const std::string& path, Findings& findings,
                       const Reader& reader, std::string_view remedy)
{
    if (map.kind != YamlNode::Kind::map) {
        add_problem(findings, map, path, remedy);
        return;
    }
    AdapterKeys keys(map, path, findings);
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

std::optional<std::string> AdapterKeys::text(std::string_view key, Empty empty)
{
    const YamlNode* const node = take(key);
    return node == nullptr ? std::nullopt : text_of(*node, path_of(key), m_findings, empty);
}

std::optional<bool> AdapterKeys::flag(std::string_view key)
{
    const YamlNode* const node = take(key);
    if (node == nullptr) {
        return std::nullopt;
    }
    const std::optional<bool> value = boolean_of(*node);
    if (!value) {
        complain(*node, key, "Write true or false, without quotes.");
    }
    return value;
}

std::optional<std::size_t> AdapterKeys::choice(std::string_view key,
                                               const std::vector<std::string>& choices)
{
    const YamlNode* const node = take(key);
    if (node == nullptr) {
        return std::nullopt;
    }
    const auto found = node->kind == YamlNode::Kind::scalar
                           ? std::find(choices.begin(), choices.end(), node->text)
                           : choices.end();
    if (found != choices.end()) {
        return static_cast<std::size_t>(found - choices.begin());
    }
    complain(*node, key, "It can be " + text::join(choices, ", ") + ".");
    return std::nullopt;
}

std::optional<std::vector<std::string>> AdapterKeys::list_of_texts(const YamlNode& node,
                                                                   const std::string& path,
                                                                   std::string_view remedy,
                                                                   Empty empty)
{
    if (node.kind != YamlNode::Kind::list) {
        add_problem(m_findings, node, path, remedy);
        return std::nullopt;
    }
    if (node.items.empty() && empty == Empty::refused) {
        m_findings.problems.push_back(
            {node.place, path + " is an empty list. " + std::string(remedy)});
        return std::nullopt;
    }
    std::vector<std::string> texts;
    for (std::size_t i = 0; i < node.items.size(); ++i) {
        const std::string place = path + '[' + std::to_string(i) + ']';
        if (auto text = text_of(node.items[i], place, m_findings)) {
            texts.push_back(std::move(*text));
        }
    }
    return texts.size() == node.items.size() ? std::optional(std::move(texts)) : std::nullopt;
}

std::optional<std::vector<std::string>> AdapterKeys::texts(std::string_view key,
                                                           std::string_view remedy, Empty empty)
{
    const YamlNode* const node = take(key);
    return node == nullptr ? std::nullopt : list_of_texts(*node, path_of(key), remedy, empty);
}

std::optional<std::vector<std::string>> AdapterKeys::text_or_texts(std::string_view key,
                                                                   std::string_view remedy)
{
    const YamlNode* const node = take(key);
    if (node == nullptr) {
        return std::nullopt;
    }
    if (node->kind != YamlNode::Kind::scalar) {
        return list_of_texts(*node, path_of(key), remedy, Empty::refused);
    }
    auto text = text_of(*node, path_of(key), m_findings);
    return text ? std::optional(std::vector{std::move(*text)}) : std::nullopt;
}

void AdapterKeys::mapping(std::string_view key, const Reader& reader)
{
    if (const YamlNode* const node = take(key)) {
        read(*node, path_of(key), m_findings, reader);
    }
}

void AdapterKeys::members(std::string_view key, const MemberReader& reader)
{
    const YamlNode* const node = take(key);
    if (node == nullptr) {
        return;
    }
    if (node->kind != YamlNode::Kind::map) {
        complain(*node, key, "Give it keys with values below it (KEY: VALUE), or leave it out.");
        return;
    }
    for (const YamlMember& member : node->members) {
        const std::string path = path_of(key) + '.' + member.key;
        m_findings.lines.emplace(path, member.place.line);
        reader(member, path);
    }
}

void AdapterKeys::items(std::string_view key, const ItemReader& reader)
{
    const YamlNode* const node = take(key);
    if (node == nullptr) {
        return;
    }
    if (node->kind != YamlNode::Kind::list) {
        complain(*node, key, "Write a list: a line that begins with \"- \" for each item.");
        return;
    }
    for (std::size_t i = 0; i < node->items.size(); ++i) {
        reader(node->items[i], path_of(key) + '[' + std::to_string(i) + ']');
    }
}

const YamlNode* AdapterKeys::take(std::string_view key)
{
    if (std::find(m_known.begin(), m_known.end(), key) == m_known.end()) {
        m_known.emplace_back(key);
    }
    for (const YamlMember& member : m_map.members) {
        if (member.key == key) {
            m_findings.lines.emplace(path_of(key), member.place.line);
            return &member.value;
        }
    }
    return nullptr;
}

void AdapterKeys::complain(const YamlNode& value, std::string_view key, const std::string& what)
{
    add_problem(m_findings, value, path_of(key), what);
}

void AdapterKeys::complain(const std::string& what)
{
    m_findings.problems.push_back({m_map.place, m_path + ' ' + what});
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
        m_findings.problems.push_back({member.place, "unknown key " + quoted_briefly(member.key) +
                                                         (m_path.empty() ? "" : " in " + m_path) +
                                                         "; " + remedy(member)});
    }
}

} // namespace tapbridge::adapter
