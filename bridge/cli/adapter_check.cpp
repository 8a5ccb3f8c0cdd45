#include "cli/adapter_check.h"

#include "adapter/adapter_file.h"
#include "adapter/adapter_text.h"
#include "cli/run.h"
#include "cli/session.h"

#include <cerrno>
#include <cstdio>
#include <cstring>

namespace tapbridge::cli {

int run_adapter_check(const std::string& path)
{
    const std::string text = read_input_file(path, "Adapter", adapter::k_longest_adapter);
    const std::string effective =
        adapter::adapter_text(adapter::read_adapter_file(text, path, read_named_file), path);
    const bool written =
        std::fwrite(effective.data(), 1, effective.size(), stdout) == effective.size() &&
        std::fflush(stdout) == 0;
    if (!written) {
        std::fprintf(stderr, "tapbridge: stdout cannot be written: %s\n", std::strerror(errno));
        return k_failure;
    }
    return k_success;
}

} // namespace tapbridge::cli
