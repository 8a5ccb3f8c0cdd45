#include "util/yaml_text.h"

#include "util/text.h"

#include <algorithm>
#include <array>
#include <iterator>

namespace tapbridge::yaml {

namespace {

constexpr std::string_view k_letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
constexpr std::string_view k_others = "0123456789_./-";

// YAML 1.1 or 1.2 reads these as null, true and false; "nan" is for readers that are lax.
constexpr std::array<std::string_view, 10> k_words{"true", "false", "null", "yes", "no",
                                                   "on",   "off",   "y",    "n",   "nan"};

// Begins with a letter, as no number does, or as a path or an option.
bool is_plain(std::string_view text)
{
    const std::size_t first = text.starts_with("--") ? 2 : text.starts_with('-') ? 1 : 0;
    if (first >= text.size()) {
        return false;
    }
    const auto is_letter = [](char c) { return k_letters.find(c) != std::string_view::npos; };
    const bool begins_well = is_letter(text[first]) || (first == 0 && text[0] == '/');
    return begins_well &&
           std::all_of(text.begin(), text.end(),
                       [&](char c) {
                           return is_letter(c) || k_others.find(c) != std::string_view::npos;
                       }) &&
           std::find(k_words.begin(), k_words.end(), text::lower(text)) == k_words.end();
}

bool is_leaf(const json::Value& value)
{
    return value.items().empty() && value.members().empty();
}

std::string leaf(const json::Value& value)
{
    if (value.is_string()) {
        return scalar(value.as_string());
    }
    return value.is_array() ? "[]" : value.is_object() ? "{}" : value.text();
}

std::string joined(const std::vector<std::string>& items)
{
    return '[' + text::join(items, ", ") + ']';
}

void append_below(std::string& out, std::size_t indent, const json::Value& value)
{
    append_members(out, indent, value);
    for (const json::Value& item : value.items()) {
        out.append(indent, ' ') += '-';
        if (is_leaf(item)) {
            out += ' ' + leaf(item) + '\n';
        } else {
            out += '\n';
            append_below(out, indent + 2, item);
        }
    }
}

} // namespace

std::string scalar(std::string_view text)
{
    // A byte 127 may not stand in YAML.
    return is_plain(text) ? std::string(text)
                          : text::replace_all(json::quoted(text), "\x7F", "\\u007f");
}

std::string list(const std::vector<std::string>& texts)
{
    std::vector<std::string> items;
    std::transform(texts.begin(), texts.end(), std::back_inserter(items), scalar);
    return joined(items);
}

void append(std::string& out, std::size_t indent, std::string_view key, const json::Value& value,
            std::string_view comment)
{
    out.append(indent, ' ') += scalar(key) + ':';
    const auto& items = value.items();
    const bool is_flat = std::all_of(items.begin(), items.end(), is_leaf);
    const std::string end = (comment.empty() ? "" : "  ") + std::string(comment) + '\n';
    if (value.is_array() && is_flat) {
        std::vector<std::string> leaves;
        std::transform(items.begin(), items.end(), std::back_inserter(leaves), leaf);
        out += ' ' + joined(leaves) + end;
    } else if (is_leaf(value)) {
        out += ' ' + leaf(value) + end;
    } else {
        out += end;
        append_below(out, indent + 2, value);
    }
}

void append_members(std::string& out, std::size_t indent, const json::Value& object)
{
    for (const json::Member& member : object.members()) {
        if (object.find(member.name) == &member.value) {
            append(out, indent, member.name, member.value);
        }
    }
}

} // namespace tapbridge::yaml
