// What a tap writes on stderr, with a secret planted in it: no entry, no error holds the secret or
// half of it.
#include "airbyte/message.h"
#include "airbyte/redactor.h"
#include "input.h"
#include "singer/log_line.h"
#include "translate/failure.h"
#include "util/json/value.h"
#include "util/text.h"

namespace {

using namespace tapbridge;
using fuzz::demand;

constexpr std::size_t k_shortest_trace = 12; // so much of the secret in a row is no accident

std::string make_secret(fuzz::Input& input)
{
    static constexpr std::string_view k_odd = "/+=&%'\"\\ :@\n";
    std::string secret = "Zq";
    for (int i = 0; i < 24; ++i) {
        const std::size_t choice = input.below(256);
        secret += choice % 16 == 0
                      ? k_odd[choice / 16 % k_odd.size()]
                      : static_cast<char>('A' + (choice + 7U * static_cast<unsigned>(i)) % 26);
    }
    return secret + "qZ";
}

std::string as_json(std::string_view text)
{
    const std::string quoted = json::quoted(text);
    return quoted.substr(1, quoted.size() - 2);
}

std::string percent_encoded(std::string_view text)
{
    std::string out;
    for (const char c : text) {
        static constexpr std::string_view k_digits = "0123456789ABCDEF";
        const auto byte = static_cast<unsigned char>(c);
        if ((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'))
            out += c;
        else
            out.append("%").append(1, k_digits[byte >> 4U]).append(1, k_digits[byte & 15U]);
    }
    return out;
}

// The input's text with the secret in the place of each mark: {0} as it is, {1} inside JSON, {2}
// inside a URL.
std::string planted(std::string_view body, const std::string& secret)
{
    std::string text = text::replace_all(std::string(body), "{0}", secret);
    text = text::replace_all(std::move(text), "{1}", as_json(secret));
    return text::replace_all(std::move(text), "{2}", percent_encoded(secret));
}

// The fuzzer sees what its input is compared with, and learns to write it.
bool guesses(std::string_view body, std::string_view secret)
{
    constexpr std::size_t k_part = 5;
    for (std::size_t i = 0; i + k_part <= secret.size(); ++i) {
        if (body.find(secret.substr(i, k_part)) != std::string_view::npos)
            return true;
    }
    return false;
}

void demand_no_trace(std::string_view text, std::string_view secret)
{
    for (std::size_t i = 0; i + k_shortest_trace <= secret.size(); ++i) {
        const std::string_view part = secret.substr(i, k_shortest_trace);
        // What a tap breaks into lines is only known line by line, and short lines not at all.
        if (part.find('\n') == std::string_view::npos && text.find(part) != std::string_view::npos)
            std::fprintf(stderr, "secret: %.*s\ntold: %.*s\n", static_cast<int>(secret.size()),
                         secret.data(), static_cast<int>(text.size()), text.data());
        demand(part.find('\n') != std::string_view::npos ||
                   text.find(part) == std::string_view::npos,
               "nothing of a secret is told");
    }
}

// Every text in a message that came out.
void check_texts(const boost::json::value& value, std::string_view secret)
{
    if (value.is_string())
        demand_no_trace(std::string_view(value.get_string()), secret);
    if (value.is_object())
        for (const auto& member : value.get_object())
            check_texts(member.value(), secret);
}

struct Heard {
    std::string out;
    singer::LastWords words;
};

// As the bridge does it: each line is redacted before anything is cut, and all once more at the
// end.
Heard hear(std::string_view text, const airbyte::Redactor& redactor, fuzz::Input& input)
{
    Heard heard;
    std::size_t entries = 0;
    singer::LogReader reader([&](const singer::LogEntry& entry) {
        ++entries;
        demand(entry.message.size() + entry.stack_trace.size() <=
                   2 * singer::LogReader::k_longest_entry + text.size() / 8 + 1024,
               "an entry does not grow without end");
        heard.words.add(entry);
        airbyte::append_log(heard.out, entry.level, redactor.redact(entry.message),
                            redactor.redact(entry.stack_trace));
    });
    const std::vector<std::string_view> lines = fuzz::lines_of(text);
    for (const std::string_view line : lines) {
        reader.line(redactor.redact(line));
        if (input.below(8) == 0)
            reader.flush();
    }
    reader.flush();
    demand(entries <= 2 * lines.size(), "lines do not multiply");
    return heard;
}

airbyte::Error error_of(const singer::LastWords& words)
{
    airbyte::Error error;
    error.message = words.best();
    error.internal_message = words.tail();
    error.stack_trace = words.last_traceback();
    demand(error.message.size() <= 1000 && error.message.find('\n') == std::string::npos,
           "the most telling line is one line");
    demand(error.internal_message.size() <= 4096 + 64, "the tail is short");
    error.failure_type =
        translate::classify(error.message + "\n" + error.internal_message, {}).type;
    return error;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    fuzz::Input input(data, size);
    const std::string secret = make_secret(input);
    if (guesses(input.body(), secret))
        return 0;
    airbyte::Redactor redactor;
    redactor.add(secret);
    Heard heard = hear(planted(input.body(), secret), redactor, input);
    airbyte::append_error(heard.out, redactor.redact(error_of(heard.words)), 1);
    for (const std::string& key : heard.words.missing_keys())
        demand(!key.empty() || heard.words.missing_keys().size() < 100'000, "keys are named");
    for (const boost::json::value& message : fuzz::messages_in(heard.out))
        check_texts(message, secret);
    return 0;
}
