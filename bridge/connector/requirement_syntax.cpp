// What pip takes as one requirement (PEP 508, and pip's own paths and addresses).
#include "connector/requirement.h"
#include "util/text.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace tapbridge::connector {

namespace {

bool is_word(char c)
{
    return std::isalnum(static_cast<unsigned char>(c)) != 0; // in the C locale: ASCII only
}

bool is_name(std::string_view text)
{
    return !text.empty() && is_word(text.front()) && is_word(text.back()) &&
           std::all_of(text.begin(), text.end(),
                       [](char c) { return is_word(c) || c == '-' || c == '_' || c == '.'; });
}

bool is_control(char c)
{
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
}

// Neither blanks nor quotes nor what is not ASCII.
bool is_plain(std::string_view text)
{
    return std::all_of(text.begin(), text.end(), [](char c) {
        return c > ' ' && c < 0x7F && c != '"' && c != '\'' && c != '<' && c != '>';
    });
}

// ">=1.2"
bool is_version(std::string_view text)
{
    constexpr std::array<std::string_view, 8> operators{
        "===", "~=", "==", "!=", "<=", ">=", "<", ">"};
    const auto* const found =
        std::find_if(operators.begin(), operators.end(),
                     [text](std::string_view one) { return text.starts_with(one); });
    if (found == operators.end()) {
        return false;
    }
    const std::string_view version = text::trim(text.substr(found->size()));
    return !version.empty() && std::all_of(version.begin(), version.end(), [](char c) {
        return is_word(c) || text::contains("._-+!*", std::string_view(&c, 1));
    });
}

bool are_all(std::string_view list, bool (*is_one)(std::string_view))
{
    const std::vector<std::string_view> parts = text::split(list, ',');
    return std::all_of(parts.begin(), parts.end(),
                       [is_one](std::string_view part) { return is_one(text::trim(part)); });
}

bool is_address(std::string_view text)
{
    constexpr std::array<std::string_view, 6> schemes{"https", "http", "file", "git", "hg", "svn"};
    const std::size_t end = text.find("://");
    if (end == std::string_view::npos || !is_plain(text)) {
        return false;
    }
    const std::string_view scheme = text.substr(0, end);
    const std::string_view system = scheme.substr(0, scheme.find('+'));
    const bool is_known = std::find(schemes.begin(), schemes.end(), system) != schemes.end() &&
                          (system.size() < scheme.size() || system != "git");
    const std::string_view place = text.substr(end + 3);
    const bool is_file = scheme.ends_with("file");
    return is_known && !place.empty() && place.starts_with('/') == is_file;
}

// As is_local() in requirement.cpp has it; only a path that is surely one may hold blanks.
bool is_path(std::string_view text)
{
    if (text == "." || text == ".." || text.starts_with("./") || text.starts_with("../") ||
        text.starts_with('/')) {
        return true;
    }
    return is_plain(text) && !text.starts_with('-') && !text.starts_with('~') &&
           !text::contains(text, "@") && (text::contains(text, "/") || text.ends_with(".whl"));
}

// What follows a name: nothing, "[extras]", versions, a marker, "@ ADDRESS".
bool is_rest(std::string_view rest)
{
    rest = text::trim(rest);
    if (rest.starts_with('[')) {
        const std::size_t close = rest.find(']');
        if (close == std::string_view::npos || !are_all(rest.substr(1, close - 1), is_name)) {
            return false;
        }
        rest = text::trim(rest.substr(close + 1));
    }
    if (rest.starts_with('@')) {
        return is_address(text::trim(rest.substr(1)));
    }
    if (const std::size_t semicolon = rest.find(';'); semicolon != std::string_view::npos) {
        if (text::trim(rest.substr(semicolon + 1)).empty()) {
            return false;
        }
        rest = text::trim(rest.substr(0, semicolon));
    }
    if (rest.starts_with('(') && rest.ends_with(')')) {
        rest = rest.substr(1, rest.size() - 2);
    }
    return rest.empty() || are_all(rest, is_version);
}

bool is_requirement(std::string_view text)
{
    if (text.empty() || std::any_of(text.begin(), text.end(), is_control)) {
        return false;
    }
    if (is_address(text) || (!text::contains(text, "://") && is_path(text))) {
        return true;
    }
    const std::size_t end = std::min(text.find_first_of(" [(<>=!~;@"), text.size());
    return is_name(text.substr(0, end)) && is_rest(text.substr(end));
}

} // namespace

std::string problem_of_requirement(const std::string& spec)
{
    return is_requirement(text::trim(spec))
               ? ""
               : "--pip takes one requirement of pip and no options, such as tap-x==1.2, "
                 "git+https://HOST/REPOSITORY@TAG, https://HOST/tap.whl or ./FOLDER";
}

} // namespace tapbridge::connector
