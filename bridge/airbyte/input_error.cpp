#include "airbyte/input_error.h"

#include "airbyte/error.h"
#include "util/text.h"

#include <optional>
#include <utility>

namespace tapbridge::airbyte {

std::string_view kind_name(json::Kind kind)
{
    switch (kind) {
    case json::Kind::null:
        return "null";
    case json::Kind::boolean:
        return "a boolean";
    case json::Kind::number:
        return "a number";
    case json::Kind::string:
        return "a string";
    case json::Kind::array:
        return "a list";
    case json::Kind::object:
        return "an object";
    }
    return "unknown";
}

json::Value parse_input(std::string_view text, const InputFile& file, json::ParseOptions options)
{
    constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
    if (text.starts_with(byte_order_mark))
        text.remove_prefix(byte_order_mark.size());
    if (text::trim(text).empty())
        throw_bad_input(file, "it is empty");
    json::ParseError error;
    std::optional<json::Value> value = json::parse(text, &error, options);
    if (!value) {
        std::string message(file.what);
        message += ' ' + file.path + ", line " + std::to_string(error.line) + ", column " +
                   std::to_string(error.column) + ": it ";
        message.append(json::describe(error.kind)).append(". ").append(file.remedy);
        throw_config_error(std::move(message));
    }
    return std::move(*value);
}

void throw_bad_input(const InputFile& file, const std::string& complaint)
{
    std::string message(file.what);
    message += ' ' + file.path + ": " + complaint + ". ";
    message.append(file.remedy);
    throw_config_error(std::move(message));
}

} // namespace tapbridge::airbyte
