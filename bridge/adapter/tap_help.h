// What a tap can do, told from its --help text (argparse, click, hotglue's SDK, own parsers).
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tapbridge::adapter {

struct TapOptions {
    bool understood = false; // the text was a help text at all: some options were recognised
    bool config = false;     // --config / -c
    bool discover = false;   // --discover / -d
    bool catalog = false;    // --catalog
    bool properties = false; // --properties / -p
    bool state = false;      // --state / -s
    bool about = false;      // --about
};

TapOptions read_help(std::string_view help_output);

} // namespace tapbridge::adapter
