// "https://{host}/": texts into which settings of the user are put.
#pragma once

#include "adapter/mapping.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tapbridge::adapter {

// A text, or where `setting` is not empty, what the user has set there.
struct TemplatePiece {
    std::string text;
    SettingPath setting;
};

// None where it is malformed or names no setting; `problem` then says how, as sentences.
std::optional<std::vector<TemplatePiece>> parse_template(std::string_view template_text,
                                                         std::string& problem);

} // namespace tapbridge::adapter
