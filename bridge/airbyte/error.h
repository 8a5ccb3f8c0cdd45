// An error as Airbyte shows it to a user (AirbyteErrorTraceMessage of the Airbyte protocol).
#pragma once

#include <cstdint>
#include <exception>
#include <optional>
#include <string>
#include <utility>

namespace tapbridge::airbyte {

enum class FailureType : std::uint8_t {
    config_error,    // the user can fix it; the platform does not try again
    transient_error, // trying again may help
    system_error     // the tap, the installation or the bridge is at fault
};

struct StreamDescriptor {
    std::string name;
    std::optional<std::string> namespace_; // absent differs from "" where the platform compares

    friend bool operator==(const StreamDescriptor&, const StreamDescriptor&) = default;
};

// "name" or "namespace.name", for messages.
std::string display_name(const StreamDescriptor& stream);

struct Error {
    FailureType failure_type = FailureType::system_error;
    std::string message;          // in the user's words, with the remedy
    std::string internal_message; // exit status, stderr tail; may be empty
    std::string stack_trace;      // may be empty
    std::optional<StreamDescriptor> stream;
};

// Thrown by every layer for what ends the command; caught in one place, in cli/.
class ErrorException : public std::exception {
public:
    explicit ErrorException(Error error) : m_error(std::move(error)) {}
    const Error& error() const { return m_error; }
    const char* what() const noexcept override { return m_error.message.c_str(); }

private:
    Error m_error;
};

[[noreturn]] void throw_config_error(std::string message, std::string internal_message = {});
[[noreturn]] void throw_system_error(std::string message, std::string internal_message = {});

} // namespace tapbridge::airbyte
