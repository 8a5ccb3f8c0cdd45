#include "singer/log_format.h"
#include "util/text.h"

#include <boost/json.hpp>

#include <initializer_list>
#include <utility>

namespace tapbridge::singer {

namespace {

namespace json = boost::json;

// A line beyond this is data that somebody printed, not a log entry.
constexpr std::size_t k_longest_line = 1024 * 1024;

const json::value* first_of(const json::object& object,
                            std::initializer_list<std::string_view> names)
{
    for (const auto name : names)
        if (const auto* value = object.if_contains(name); value != nullptr && !value->is_null())
            return value;
    return nullptr;
}

std::string as_text(const json::value* value)
{
    if (value == nullptr || value->is_null())
        return {};
    if (const auto* string = value->if_string())
        return std::string(*string);
    return json::serialize(*value);
}

std::optional<Level> as_level(const json::value& value)
{
    if (const auto* string = value.if_string())
        return level_named(*string);
    if (!value.is_int64())
        return std::nullopt;
    // Python's numbers.
    const auto number = value.get_int64();
    if (number >= 50)
        return Level::fatal;
    if (number >= 40)
        return Level::error;
    if (number >= 30)
        return Level::warn;
    return number >= 20 ? Level::info : Level::debug;
}

void append_frame(std::string& out, const json::value& frame)
{
    const auto* object = frame.if_object();
    if (object == nullptr) {
        out += as_text(&frame);
        if (!out.ends_with('\n'))
            out += '\n';
        return;
    }
    out += "  File \"" + as_text(first_of(*object, {"filename"})) + "\", line " +
           as_text(first_of(*object, {"lineno"})) + ", in " +
           as_text(first_of(*object, {"function", "name"})) + "\n";
    const auto source = as_text(first_of(*object, {"line"}));
    if (!source.empty())
        out += "    " + std::string(text::trim(source)) + "\n";
}

// Writes an exception of the StructuredFormatter as Python would have printed it. Recursion is
// bounded by the parser's depth.
void append_exception(std::string& out, const json::object& exception)
{
    for (const auto& [name, link] :
         {std::pair{"cause",
                    "\nThe above exception was the direct cause of the following exception:\n\n"},
          std::pair{"context",
                    "\nDuring handling of the above exception, another exception occurred:\n\n"}}) {
        const auto* inner = first_of(exception, {name});
        if (inner == nullptr || !inner->is_object())
            continue;
        append_exception(out, inner->get_object());
        out += link;
        break;
    }
    out += "Traceback (most recent call last):\n";
    if (const auto* frames = first_of(exception, {"traceback"});
        frames != nullptr && frames->is_array())
        for (const auto& frame : frames->get_array())
            append_frame(out, frame);
    const auto module = as_text(first_of(exception, {"module"}));
    if (!module.empty() && module != "builtins")
        out += module + ".";
    out += as_text(first_of(exception, {"type"}));
    if (const auto message = as_text(first_of(exception, {"message"})); !message.empty())
        out += ": " + message;
    out += '\n';
}

std::string stack_trace_of(const json::object& entry)
{
    const auto* exception = first_of(entry, {"exception", "exc_info", "stack_trace"});
    std::string out;
    if (exception != nullptr && exception->is_object())
        append_exception(out, exception->get_object());
    else if (exception != nullptr && exception->is_string())
        out = as_text(exception); // other formatters print the traceback into one string
    return std::string(text::trim(out));
}

} // namespace

std::optional<LogHead> parse_structured_log(std::string_view line)
{
    if (line.size() > k_longest_line)
        return std::nullopt;
    json::parse_options options;
    options.allow_invalid_utf8 = true;
    json::error_code error;
    const auto value = json::parse(line, error, {}, options);
    if (error || !value.is_object())
        return std::nullopt;
    const auto& entry = value.get_object();
    const auto* level_value = first_of(entry, {"level", "levelname", "severity"});
    const auto* message = first_of(entry, {"message", "event", "msg"});
    if (level_value == nullptr || message == nullptr)
        return std::nullopt;
    const auto level = as_level(*level_value);
    if (!level)
        return std::nullopt;

    LogHead head;
    head.level = *level;
    head.message = as_text(message);
    head.stack_trace = stack_trace_of(entry);
    if (entry.contains("metric_info") || head.message.starts_with("METRIC"))
        head.level = Level::debug;
    else
        head.message = with_stream(as_text(first_of(entry, {"stream_name"})), head.message);
    return head;
}

} // namespace tapbridge::singer
