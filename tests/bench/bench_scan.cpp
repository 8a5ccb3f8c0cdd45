// How fast record lines are checked, in GB/s of one core: bench_scan [seconds per shape]
#include "singer/message.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string>
#include <vector>

namespace {

using tapbridge::singer::LineKind;
using tapbridge::singer::MessageReader;

double cpu_seconds()
{
    return static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
}

std::string record(const std::string& members)
{
    return R"({"type": "RECORD", "stream": "orders", "record": {)" + members +
           R"(}, "version": 1700000000000, "time_extracted": "2024-01-02T03:04:05.678901Z"})";
}

std::string repeat(const std::string& text, int times)
{
    std::string result;
    for (int i = 0; i < times; ++i)
        result += text;
    return result;
}

// 413 bytes, as a database tap on singer-python prints them.
std::string plain_record()
{
    std::string members =
        R"("id": 123456789, "name": "Ada Lovelace", "email": "ada@example.com", )"
        R"("created_at": "2024-01-02T03:04:05.000000Z", "amount": 1234.50, )"
        R"("active": true, "parent_id": null, "tags": ["a", "b", "c"], )"
        R"("address": {"street": "12 Long Road", "city": "London", "zip": "NW1"}, )"
        R"("note": ")";
    const std::size_t missing = 413 - record(members + "\"").size();
    return record(members + std::string(missing, 'x') + "\"");
}

std::string wide_record()
{
    std::string members;
    for (int i = 0; i < 200; ++i)
        members +=
            (i == 0 ? "\"f" : ", \"f") + std::to_string(i) + "\": " + std::to_string(i * 7919);
    return record(members);
}

double gigabytes_per_second(const std::string& line, double seconds)
{
    constexpr std::size_t k_set = 1 << 20; // more lines than the first-level cache holds
    std::string text;
    while (text.size() < k_set)
        text += line;
    MessageReader reader;
    double best = 0;
    for (const double until = cpu_seconds() + seconds; cpu_seconds() < until;) {
        const double started = cpu_seconds();
        std::size_t bytes = 0;
        for (int round = 0; round < 20; ++round) {
            for (std::size_t at = 0; at < text.size(); at += line.size()) {
                if (reader.read({text.data() + at, line.size()}) != LineKind::message)
                    std::abort();
                bytes += line.size();
            }
        }
        best = std::max(best, static_cast<double>(bytes) / 1e9 / (cpu_seconds() - started));
    }
    return best;
}

} // namespace

int main(int argc, char** argv)
{
    const double seconds = argc > 1 ? std::atof(argv[1]) : 1;
    const std::vector<std::pair<const char*, std::string>> shapes = {
        {"plain, 413 bytes", plain_record()},
        {"one text of 10 KB", record("\"text\": \"" + std::string(10000, 'x') + "\"")},
        {"200 numbers", wide_record()},
        {"raw UTF-8",
         record("\"text\": \"" + repeat("\xD0\xBF\xD1\x80\xD0\xB8 \xE6\xBC\xA2 ", 60) + "\"")},
        {"\\u escapes", record("\"text\": \"" + repeat(R"(\u043f\u0440\u0438 )", 60) + "\"")},
        {"100 levels", record("\"deep\": " + std::string(100, '[') + std::string(100, ']'))},
    };
    for (const auto& [name, line] : shapes)
        std::printf("%-20s %6zu bytes  %5.2f GB/s\n", name, line.size(),
                    gigabytes_per_second(line, seconds));
}
