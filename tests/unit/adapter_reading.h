// Reading adapters in tests.
#pragma once

#include "adapter/adapter_file.h"
#include "airbyte/error.h"
#include "catch.h"

#include <map>
#include <string>
#include <string_view>

namespace tapbridge::adapter {

// The files of a test, by their paths.
inline FileReader files(std::map<std::string, std::string> contents)
{
    return [contents = std::move(contents)](const std::string& path,
                                            std::string& problem) -> std::optional<std::string> {
        const auto found = contents.find(path);
        if (found != contents.end()) {
            return found->second;
        }
        problem = "No such file or directory";
        return std::nullopt;
    };
}

// What is said of that file; empty where it is read.
inline std::string complaint(std::string_view text, const FileReader& reader = {},
                             const std::string& path = "F")
{
    try {
        read_adapter(text, path, reader);
    } catch (const airbyte::ErrorException& error) {
        CHECK(error.error().failure_type == airbyte::FailureType::config_error);
        return error.error().message;
    }
    return {};
}

// The one problem of a file that is right otherwise, without what stands before each.
inline std::string problem(const std::string& text, const FileReader& reader = {})
{
    constexpr std::string_view k_head = "The adapter has a problem: F:";
    const std::string message = complaint("version: 1\n" + text, reader);
    return message.starts_with(k_head) ? message.substr(k_head.size()) : message;
}

inline Adapter adapter_of(const std::string& text)
{
    return read_adapter("version: 1\n" + text, "F");
}

} // namespace tapbridge::adapter
