#include "adapter/template_text.h"

#include "util/text.h"

#include <algorithm>
#include <utility>

namespace tapbridge::adapter {

namespace {

// Empty where it names none.
SettingPath path_of(std::string_view name)
{
    SettingPath path;
    for (const std::string_view step : text::split(name, '.')) {
        if (step.empty() || step != text::trim(step))
            return {};
        path.emplace_back(step);
    }
    return path;
}

std::string& text_at_end(std::vector<TemplatePiece>& pieces)
{
    if (pieces.empty() || !pieces.back().setting.empty())
        pieces.emplace_back();
    return pieces.back().text;
}

} // namespace

std::optional<std::vector<TemplatePiece>> parse_template(std::string_view template_text,
                                                         std::string& problem)
{
    std::vector<TemplatePiece> pieces;
    bool names_one = false;
    for (std::string_view left = template_text; !left.empty();) {
        const std::size_t plain = std::min(left.find_first_of("{}"), left.size());
        if (plain != 0)
            text_at_end(pieces) += left.substr(0, plain);
        left.remove_prefix(plain);
        if (left.empty())
            break;
        if (left.starts_with("{{") || left.starts_with("}}")) {
            text_at_end(pieces) += left.front();
            left.remove_prefix(2);
            continue;
        }
        if (left.front() == '}') {
            problem = "It has a } without a { before it. Write }} for a brace that stays.";
            return std::nullopt;
        }
        const std::size_t end = left.find_first_of("{}", 1);
        if (end == std::string_view::npos || left[end] == '{') {
            problem = "It has a { that is not closed. Write {{ for a brace that stays.";
            return std::nullopt;
        }
        SettingPath setting = path_of(left.substr(1, end - 1));
        if (setting.empty()) {
            problem = "Between { and } belongs the name of a setting, without blanks, as in {host} "
                      "or {credentials.user}.";
            return std::nullopt;
        }
        pieces.push_back({{}, std::move(setting)});
        names_one = true;
        left.remove_prefix(end + 1);
    }
    if (names_one)
        return pieces;
    problem = "It names no setting of the user, as {host} does. A constant belongs under value.";
    return std::nullopt;
}

std::optional<std::vector<SettingPath>> template_settings(std::string_view template_text,
                                                          std::string& problem)
{
    std::optional<std::vector<TemplatePiece>> pieces = parse_template(template_text, problem);
    if (!pieces)
        return std::nullopt;
    std::vector<SettingPath> settings;
    for (TemplatePiece& piece : *pieces) {
        if (!piece.setting.empty())
            settings.push_back(std::move(piece.setting));
    }
    return settings;
}

} // namespace tapbridge::adapter
