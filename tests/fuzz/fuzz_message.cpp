// Lines of a tap, one at a time.
#include "message_check.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    static tapbridge::singer::MessageReader reader;
    fuzz::check_line(reader, {reinterpret_cast<const char*>(data), size});
    return 0;
}
