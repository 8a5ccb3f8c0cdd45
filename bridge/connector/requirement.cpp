#include "connector/requirement.h"

#include "connector/parts.h"
#include "util/text.h"

#include <algorithm>
#include <cctype>

namespace tapbridge::connector {

using json::Value;

namespace {

std::string member_text(const Value& object, std::string_view key)
{
    const Value* const value = object.find(key);
    return value != nullptr ? short_line(value->as_string()) : std::string();
}

// "Tap_X" and "tap-x" are one distribution (PEP 503).
std::string normalised(std::string_view name)
{
    std::string result = text::lower(name);
    std::replace_if(
        result.begin(), result.end(), [](char c) { return c == '_' || c == '.'; }, '-');
    return result;
}

// Of "tap-x[s3]>=1": the name, and what stands in brackets with them.
std::pair<std::string, std::string> name_and_extras(std::string_view spec)
{
    const auto is_name = [](unsigned char c) {
        return std::isalnum(c) != 0 || c == '-' || c == '_' || c == '.';
    };
    const auto end = std::find_if_not(spec.begin(), spec.end(), is_name);
    const std::string name(spec.begin(), end);
    std::string_view rest = text::trim(spec.substr(name.size()));
    const std::size_t close = rest.starts_with('[') ? rest.find(']') : std::string_view::npos;
    return {name, close == std::string_view::npos ? "" : std::string(rest.substr(0, close + 1))};
}

// Without "user:password@"; the "git@" of ssh is no secret. `changed` tells.
std::string without_login(std::string address, bool& changed)
{
    const std::size_t begin = address.find("://");
    if (begin == std::string::npos) {
        return address;
    }
    const std::size_t host = begin + 3;
    const std::size_t end = address.find_first_of("/?#", host);
    const std::size_t at = address.rfind('@', end == std::string::npos ? end : end - 1);
    if (at == std::string::npos || at < host || address.substr(host, at - host) == "git") {
        return address;
    }
    changed = true;
    return address.erase(host, at + 1 - host);
}

bool is_commit(std::string_view text)
{
    return text.size() == 40 &&
           std::all_of(text.begin(), text.end(), [](char c) { return text::hex_digit(c) >= 0; });
}

struct GitAddress {
    std::string repository; // "git+https://host/path"
    std::string reference;  // tag, branch, commit
    std::string fragment;   // "#subdirectory=x"
};

GitAddress split_git(std::string_view address)
{
    GitAddress git;
    const std::size_t hash = std::min(address.find('#'), address.size());
    git.fragment = address.substr(hash);
    address = address.substr(0, hash);
    const std::size_t begin = address.find("://");
    const std::size_t path = begin == std::string_view::npos ? begin : address.find('/', begin + 3);
    const std::size_t at = path == std::string_view::npos ? path : address.find('@', path);
    git.repository = address.substr(0, at);
    if (at != std::string_view::npos) {
        git.reference = address.substr(at + 1);
    }
    return git;
}

bool same_repository(std::string_view a, std::string_view b)
{
    const auto bare = [](std::string_view address) {
        bool ignored = false;
        std::string result = without_login(std::string(address), ignored);
        for (const std::string_view end : {"/", ".git"}) {
            if (result.ends_with(end)) {
                result.resize(result.size() - end.size());
            }
        }
        return text::lower(result);
    };
    return bare(a) == bare(b);
}

constexpr const char* k_local_advice =
    "the tap was installed from a folder of your own, which an image build cannot reach. Put its "
    "wheel (pip wheel --no-deps FOLDER) into pip-extra/ with the wheels of all that it needs, and "
    "name it here: NAME==VERSION.";
constexpr const char* k_login_advice =
    "the address had a login, which must not lie in a file. Where the build cannot read it "
    "without one, put the wheels into pip-extra/.";

// "NAME @ URL", where the name is known.
std::string named(const Installed& installed, std::string_view address)
{
    return (installed.name.empty() ? "" : installed.name + " @ ") + std::string(address);
}

void take_address(Package& package, const std::string& given, const Installed& installed)
{
    if (given.starts_with("git+file:")) {
        package.advice = k_local_advice;
        return;
    }
    bool had_login = false;
    const std::string address = without_login(given, had_login);
    package.requirement = named(installed, address);
    if (address.starts_with("git+")) {
        GitAddress git = split_git(address);
        const Value* const vcs = installed.direct_url.find("vcs_info");
        const std::string from = "git+" + member_text(installed.direct_url, "url");
        if (vcs != nullptr && same_repository(from, git.repository)) {
            git.reference = member_text(*vcs, "commit_id");
        }
        package.requirement =
            named(installed, git.repository + (git.reference.empty() ? "" : "@" + git.reference) +
                                 git.fragment);
        if (!is_commit(git.reference)) {
            package.advice = "pin the commit, so that every build gives the same image: "
                             "git+https://HOST/REPOSITORY@COMMIT.";
        }
    }
    if (had_login) {
        package.advice = k_login_advice;
    }
}

bool is_local(std::string_view spec)
{
    return spec.starts_with('.') || spec.starts_with('/') || spec.starts_with("file:") ||
           (!text::contains(spec, "://") && (spec.ends_with(".whl") || text::contains(spec, "/")));
}

// "1.2" of "tap-x==1.2"; a marker behind ";" compares other things.
bool is_pinned(std::string_view spec)
{
    spec = spec.substr(0, spec.find(';'));
    const std::size_t equals = spec.find("==");
    return equals != std::string_view::npos && !text::contains(spec.substr(equals), "*");
}

void take_spec(Package& package, std::string_view spec, const Installed& installed)
{
    const std::size_t address = spec.find('@');
    if (address != std::string_view::npos && spec.find("://") > address) { // "tap-x @ git+..."
        const std::string_view after = text::trim(spec.substr(address + 1));
        spec = text::contains(after, "://") ? after : spec;
    }
    if (is_local(spec)) {
        package.advice = k_local_advice;
    } else if (text::contains(spec, "://")) {
        take_address(package, std::string(spec), installed);
    } else if (const auto [name, extras] = name_and_extras(spec);
               !is_pinned(spec) && normalised(name) == normalised(installed.name)) {
        package.requirement = name + extras + "==" + installed.version;
    } else {
        package.requirement = spec;
        if (!is_pinned(spec)) {
            package.advice = "pin the version, so that every build gives the same image: " + name +
                             extras + "==VERSION.";
        }
    }
}

void take_installed(Package& package, const Installed& installed)
{
    const Value& direct = installed.direct_url;
    if (installed.name.empty()) {
        package.advice = "name what pip is to install, such as tap-x==1.2 or "
                         "git+https://HOST/REPOSITORY@COMMIT.";
    } else if (direct.is_null()) {
        package.requirement = installed.name + "==" + installed.version;
    } else if (direct.find("vcs_info") != nullptr) {
        const std::string folder = member_text(direct, "subdirectory");
        take_address(package,
                     member_text(*direct.find("vcs_info"), "vcs") + "+" +
                         member_text(direct, "url") +
                         (folder.empty() ? "" : "#subdirectory=" + folder),
                     installed);
    } else if (direct.find("dir_info") != nullptr ||
               member_text(direct, "url").starts_with("file:")) {
        package.advice = k_local_advice;
    } else {
        take_address(package, member_text(direct, "url"), installed);
    }
}

// Old taps import pkg_resources, which setuptools had until its release 81, and which a venv of
// Python 3.12 does not hold by itself.
std::string extra_requirement(const Installed& installed)
{
    const std::vector<std::string_view> parts = text::split(installed.python, '.');
    const bool is_new = parts.size() > 1 && (parts[1].size() > 2 || parts[1] >= "12");
    for (const auto& [name, version] : installed.others) {
        if (is_new && name == "setuptools") {
            return "\nsetuptools==" + version;
        }
    }
    return {};
}

} // namespace

Installed read_installed(std::string_view output)
{
    Installed installed;
    const std::optional<Value> found = json::find_object(output, "python");
    if (!found) {
        return installed;
    }
    installed.python = member_text(*found, "python");
    installed.name = member_text(*found, "name");
    installed.version = member_text(*found, "version");
    installed.license = member_text(*found, "license");
    installed.homepage = member_text(*found, "homepage");
    if (const Value* const direct = found->find("direct_url"); direct != nullptr) {
        installed.direct_url = *direct;
    }
    if (const Value* const others = found->find("others"); others != nullptr) {
        for (const json::Member& other : others->members()) {
            installed.others.emplace_back(short_line(other.name),
                                          short_line(other.value.as_string()));
        }
    }
    return installed;
}

Package pinned_package(const std::string& spec, const Installed& installed,
                       const std::string& python)
{
    Package package;
    package.version = installed.version;
    package.license = installed.license;
    if (spec.empty()) {
        take_installed(package, installed);
    } else {
        take_spec(package, short_line(spec), installed);
    }
    // Other releases may be right there; or all that is known is what the host has.
    if (installed.python != python || installed.name.empty()) {
        return package;
    }
    if (!package.requirement.empty()) {
        package.requirement += extra_requirement(installed);
    }
    for (const auto& [name, version] : installed.others) {
        // What a venv brings along, and what is named already.
        const std::string plain = normalised(name);
        if (plain != "pip" && plain != "setuptools" && plain != "wheel" &&
            plain != normalised(installed.name)) {
            package.constraints.push_back(name);
            package.constraints.back().append("==").append(version);
        }
    }
    std::sort(package.constraints.begin(), package.constraints.end());
    return package;
}

} // namespace tapbridge::connector
