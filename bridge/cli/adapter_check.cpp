#include "cli/adapter_check.h"

#include "adapter/adapter_file.h"
#include "adapter/adapter_text.h"
#include "cli/print.h"
#include "cli/run.h"
#include "cli/session.h"

namespace tapbridge::cli {

int run_adapter_check(const std::string& path)
{
    const std::string text = read_input_file(path, "Adapter", adapter::k_longest_adapter);
    print(adapter::adapter_text(adapter::read_adapter_file(text, path, read_named_file), path));
    return k_success;
}

} // namespace tapbridge::cli
