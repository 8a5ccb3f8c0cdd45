#include "cli/print.h"

#include "airbyte/error.h"

#include <cerrno>
#include <cstdio>
#include <cstring>

namespace tapbridge::cli {

void print(const std::string& text)
{
    if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() ||
        std::fflush(stdout) != 0) {
        airbyte::throw_system_error(std::string("stdout cannot be written: ") +
                                    std::strerror(errno));
    }
}

} // namespace tapbridge::cli
