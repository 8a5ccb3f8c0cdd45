#include "cli/installed_tap.h"

#include "airbyte/error.h"
#include "cli/capture.h"
#include "util/fd.h"
#include "util/text.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <system_error>

namespace tapbridge::cli {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t k_head = 4096;

// What the working directory holds is none of the environment's.
constexpr const char* k_question = R"(
import sys
sys.path = [path for path in sys.path if path]
import json
import importlib.metadata as metadata
program = sys.argv[1]
plain = lambda name: name.lower().replace("_", "-").replace(".", "-")
others, named, found = {}, None, None
for one in metadata.distributions():
    name = one.metadata["Name"]
    if not name or name in others:
        continue
    others[name] = one.version
    if plain(name) == plain(program):
        named = named or one
    entries = any(entry.group == "console_scripts" and entry.name == program for entry in one.entry_points)
    if entries or any(file.name == program for file in one.files or ()):
        found = found or one
found = found or named
answer = {"python": "%d.%d" % sys.version_info[:2], "others": others}
if found:
    meta = found.metadata
    links = [link.partition(",")[::2] for link in meta.get_all("Project-URL") or ()]
    links = {plain(name.strip()): link.strip() for name, link in links}
    wanted = ("documentation", "homepage", "repository", "source", "source-code")
    links = [link for link in [meta.get("Home-page"), *map(links.get, wanted)] if link]
    answer.update(name=meta["Name"], version=found.version, homepage=links[0] if links else "")
    license = meta.get("License-Expression") or meta.get("License") or ""
    answer["license"] = license if len(license) < 40 and "\n" not in license else ""
    direct = found.read_text("direct_url.json")
    answer["direct_url"] = json.loads(direct) if direct else None
print(json.dumps(answer))
)";

bool can_run(const std::string& path)
{
    struct ::stat info {};
    return ::stat(path.c_str(), &info) == 0 && S_ISREG(info.st_mode) &&
           ::access(path.c_str(), X_OK) == 0;
}

std::string base_name(std::string_view path)
{
    return std::string(path.substr(path.rfind('/') + 1));
}

bool is_python(std::string_view path)
{
    return base_name(path).starts_with("python") || base_name(path).starts_with("pypy");
}

// The first word, which may stand in quotes.
std::string first_word(std::string_view line)
{
    line = text::trim(line);
    if (line.starts_with('"')) {
        return std::string(line.substr(1, line.find('"', 1) - 1));
    }
    return std::string(line.substr(0, line.find_first_of(" \t")));
}

std::string python_beside(const std::string& program)
{
    std::error_code problem;
    const fs::path real = fs::canonical(program, problem);
    const std::string python = (real.parent_path() / "python3").string();
    return !problem && can_run(python) ? python : "";
}

} // namespace

std::string absolute_path(const std::string& path)
{
    std::error_code problem;
    const fs::path absolute = fs::absolute(path, problem);
    if (problem) {
        airbyte::throw_config_error("The working directory is not there: " + problem.message() +
                                    ". Change to a folder that is, and try again.");
    }
    return absolute.lexically_normal().string();
}

std::string find_program(const std::string& name)
{
    if (name.find('/') != std::string::npos) {
        if (!can_run(name)) {
            airbyte::throw_config_error(name + " is no program that can be run. Name the tap's "
                                               "program, such as .venv/bin/tap-x.");
        }
        return absolute_path(name);
    }
    const char* const folders = std::getenv("PATH");
    for (const std::string_view folder : text::split(folders != nullptr ? folders : "", ':')) {
        const std::string path = (folder.empty() ? "." : std::string(folder)) + '/' + name;
        if (can_run(path)) {
            return absolute_path(path);
        }
    }
    airbyte::throw_config_error(
        "There is no program " + name +
        " in PATH. Install the tap first (python3 -m venv .venv && .venv/bin/pip install " + name +
        "), then name its program: tapbridge init .venv/bin/" + name);
}

std::string interpreter_of(const std::string& program)
{
    std::string head;
    if (read_file(program, head, k_head) != 0 || !head.starts_with("#!")) {
        return python_beside(program);
    }
    const std::vector<std::string_view> lines = text::split(head, '\n');
    const std::string_view line = lines[0].substr(2);
    std::string first = first_word(line);
    if (is_python(first)) {
        return first;
    }
    constexpr std::string_view exec = "'''exec'"; // pip's way where the path is too long
    if (lines.size() > 1 && lines[1].starts_with(exec)) {
        return first_word(lines[1].substr(exec.size()));
    }
    if (base_name(first) == "env") {
        const std::string asked = first_word(text::trim(line).substr(first.size()));
        return is_python(asked) ? asked : python_beside(program);
    }
    return python_beside(program);
}

connector::Installed ask_installed(Session& session, const std::string& program)
{
    const std::string python = interpreter_of(program);
    if (python.empty()) {
        return {};
    }
    process::TapCommand command = session.tap({});
    command.argv = {python, "-c", k_question, base_name(program)};
    Capture capture(session, nullptr, true);
    const process::TapOutcome outcome =
        session.run(command, capture, session.adapter().probe_timeout);
    return outcome.exit.success() ? connector::read_installed(capture.output())
                                  : connector::Installed{};
}

} // namespace tapbridge::cli
