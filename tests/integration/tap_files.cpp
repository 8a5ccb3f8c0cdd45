#include "tap_files.h"

#include "scenario.h"

#include <dirent.h>
#include <limits.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <sstream>

namespace scripted {

std::string read_whole(const std::string& path)
{
    const std::ifstream file(path, std::ios::binary);
    std::ostringstream content;
    content << file.rdbuf(); // unlike an iterator, takes it well when a process of /proc goes
    return content.str();
}

void put_file(const std::string& path, const std::string& content)
{
    const std::string fresh = path + ".new" + std::to_string(::getpid());
    std::ofstream(fresh, std::ios::binary) << content;
    if (std::rename(fresh.c_str(), path.c_str()) != 0)
        throw ScenarioError(path + " cannot be written: " + std::strerror(errno));
}

std::string as_lines(const std::vector<std::string>& texts)
{
    std::string lines;
    for (const std::string& text : texts)
        lines += text + "\n";
    return lines;
}

std::string environment_as_lines()
{
    std::string lines;
    for (char** variable = ::environ; *variable; ++variable)
        lines += std::string(*variable) + "\n";
    return lines;
}

std::string descriptors_as_lines()
{
    std::string lines;
    DIR* const folder = ::opendir("/proc/self/fd");
    while (const dirent* entry = ::readdir(folder)) {
        char target[PATH_MAX];
        const std::string path = std::string("/proc/self/fd/") + entry->d_name;
        const ssize_t size = ::readlink(path.c_str(), target, sizeof target);
        if (size > 0 && std::atoi(entry->d_name) != ::dirfd(folder))
            lines += std::string(entry->d_name) + " " +
                     std::string(target, static_cast<std::size_t>(size)) + "\n";
    }
    ::closedir(folder);
    return lines;
}

std::string working_directory()
{
    char cwd[PATH_MAX];
    return ::getcwd(cwd, sizeof cwd) ? cwd : "";
}

} // namespace scripted
