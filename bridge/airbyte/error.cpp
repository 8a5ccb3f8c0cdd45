#include "airbyte/error.h"

namespace tapbridge::airbyte {

namespace {

[[noreturn]] void throw_error(FailureType type, std::string message, std::string internal_message)
{
    Error error;
    error.failure_type = type;
    error.message = std::move(message);
    error.internal_message = std::move(internal_message);
    throw ErrorException(std::move(error));
}

} // namespace

std::string display_name(const StreamDescriptor& stream)
{
    if (!stream.namespace_ || stream.namespace_->empty())
        return stream.name;
    return *stream.namespace_ + "." + stream.name;
}

void throw_config_error(std::string message, std::string internal_message)
{
    throw_error(FailureType::config_error, std::move(message), std::move(internal_message));
}

void throw_system_error(std::string message, std::string internal_message)
{
    throw_error(FailureType::system_error, std::move(message), std::move(internal_message));
}

} // namespace tapbridge::airbyte
