#include "connector/yaml_text.h"

#include "util/text.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace tapbridge::connector {

using json::Value;

namespace {

// Readers of YAML 1.1 (PyYAML reads metadata.yaml) take these for booleans and null.
constexpr std::array<std::string_view, 10> k_words{"true", "false", "null", "yes", "no",
                                                   "on",   "off",   "y",    "n",   "nan"};

bool is_plain(std::string_view text)
{
    const auto is_word_char = [](unsigned char c) {
        return c < 0x80 && (std::isalnum(c) != 0 || c == '_' || c == '-' || c == '/' || c == '.');
    };
    return !text.empty() &&
           (std::isalpha(static_cast<unsigned char>(text[0])) != 0 || text[0] == '/') &&
           std::all_of(text.begin(), text.end(), is_word_char) &&
           std::none_of(k_words.begin(), k_words.end(), [&](std::string_view word) {
               return text::equals_ignoring_case(text, word);
           });
}

std::string inline_yaml(const Value& value)
{
    if (value.is_string()) {
        return yaml_scalar(value.as_string());
    }
    return value.is_array() ? yaml_list(value) : value.text();
}

void append_pretty(std::string& out, const Value& value, std::size_t indent)
{
    const bool is_object = value.is_object();
    const std::size_t count = is_object ? value.members().size() : value.items().size();
    const bool is_short =
        std::all_of(value.items().begin(), value.items().end(),
                    [](const Value& item) { return !item.is_object() && !item.is_array(); });
    if (count == 0 || (!is_object && is_short)) {
        value.write(out);
        return;
    }
    const std::string pad(indent + 2, ' ');
    out += is_object ? "{\n" : "[\n";
    for (std::size_t i = 0; i < count; ++i) {
        out += pad;
        if (is_object) {
            out += json::quoted(value.members()[i].name) + ": ";
        }
        append_pretty(out, is_object ? value.members()[i].value : value.items()[i], indent + 2);
        out += i + 1 < count ? ",\n" : "\n";
    }
    out += std::string(indent, ' ') + (is_object ? '}' : ']');
}

} // namespace

std::string yaml_scalar(std::string_view text)
{
    return is_plain(text) ? std::string(text) : json::quoted(text);
}

std::string yaml_list(const Value& list)
{
    std::string out = "[";
    for (const Value& item : list.items()) {
        out += (out.size() > 1 ? ", " : "") + inline_yaml(item);
    }
    return out + "]";
}

void append_yaml(std::string& out, const Value& object, std::size_t indent)
{
    for (const json::Member& member : object.members()) {
        out += std::string(indent, ' ') + yaml_scalar(member.name) + ":";
        if (member.value.is_object() && !member.value.members().empty()) {
            out += '\n';
            append_yaml(out, member.value, indent + 2);
        } else {
            out += ' ' + inline_yaml(member.value) + '\n';
        }
    }
}

std::string pretty_json(const Value& value)
{
    std::string out;
    append_pretty(out, value, 0);
    return out + '\n';
}

std::string one_line(std::string_view text)
{
    std::string line = text::to_utf8(text::trim(text));
    std::replace_if(
        line.begin(), line.end(), [](unsigned char c) { return c < 0x20 || c == 0x7F; }, ' ');
    return text::shorten(line, 300);
}

} // namespace tapbridge::connector
