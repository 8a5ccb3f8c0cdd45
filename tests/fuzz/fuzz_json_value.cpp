// The JSON tree: what is read is written back as it was, and means the same to Boost.JSON.
#include "fuzz.h"
#include "util/json/value.h"
#include "util/text.h"

namespace {

using namespace tapbridge;
using fuzz::demand;

constexpr unsigned k_max_depth = 1000;

void check_texts(std::string_view text)
{
    const std::string decoded = json::decode_string(text);
    demand(decoded.size() <= std::max<std::size_t>(text.size(), 1) * 3,
           "decoding hardly grows a text");
    const std::string quoted = json::quoted(text);
    const std::optional<json::Value> value = json::parse(quoted, nullptr, {true, 0});
    demand(value && value->as_string() == text::to_utf8(text), "a quoted text reads back");
    demand(!json::has_defects(*value), "a quoted text has no defects");
    demand(text::shorten(text, text.size() / 2).size() <= text.size() / 2,
           "shorten() keeps its limit");
}

void check_written(const json::Value& value)
{
    const std::string written = value.text();
    const std::optional<json::Value> again = json::parse(written);
    demand(again && *again == value && again->text() == written, "what is written reads back");
    const std::string ascii = value.text(true);
    demand(std::all_of(ascii.begin(), ascii.end(), [](char c) { return (c & 0x80) == 0; }),
           "ASCII is ASCII");
    demand(json::parse(ascii).has_value(), "ASCII text is JSON too");
    const fuzz::Oracle plain(written, k_max_depth), escaped(ascii, k_max_depth);
    demand(plain.accepts() == escaped.accepts() && fuzz::same(plain.value, escaped.value),
           "ASCII means the same");
}

void check_found(std::string_view text)
{
    const std::optional<json::Value> found = json::find_object(text, "a");
    if (found)
        demand(found->is_object() && found->find("a") != nullptr, "what is found has the member");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    check_texts(text);
    check_found(text);

    std::vector<json::DefectAt> defects;
    std::size_t offset = 0;
    const json::ScanError expected = json::check(text, k_max_depth, &defects, &offset);
    json::ParseError error;
    const std::optional<json::Value> value = json::parse(text, &error);
    demand(value.has_value() == (expected == json::ScanError::none) && error.kind == expected &&
               error.offset == offset,
           "parse() and check() agree");
    const bool strict = json::parse(text, nullptr, {true, k_max_depth}).has_value();
    demand(strict == (value && !fuzz::has_unreadable(defects)),
           "strict means without unreadable parts");
    if (!value)
        return 0;
    check_written(*value);
    if (fuzz::has_unreadable(defects))
        demand(json::has_defects(*value), "has_defects() sees what check() sees");
    if (value->is_object() && value->find("a") != nullptr)
        demand(json::find_object(text, "a") == value, "find_object() finds the whole text");
    return 0;
}
