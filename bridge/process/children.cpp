#include "process/children.h"

#include "util/fd.h"

#include <dirent.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace tapbridge::process {

namespace {

std::vector<int> numbered_entries(const char* folder)
{
    std::vector<int> numbers;
    const std::unique_ptr<DIR, int (*)(DIR*)> entries(::opendir(folder), &::closedir);
    if (!entries)
        return numbers;
    while (const dirent* entry = ::readdir(entries.get())) {
        const std::string_view name = entry->d_name;
        int number = 0;
        const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
        if (error == std::errc{} && end == name.data() + name.size())
            numbers.push_back(number);
    }
    return numbers;
}

// nullopt where the kernel was built without these files.
std::optional<std::vector<pid_t>> list_by_task_files()
{
    std::vector<pid_t> children;
    bool any_file = false;
    for (const int task : numbered_entries("/proc/self/task")) {
        std::string content;
        if (read_file("/proc/self/task/" + std::to_string(task) + "/children", content) != 0)
            continue;
        any_file = true;
        const char* at = content.data();
        const char* const end = at + content.size();
        pid_t pid = 0;
        for (auto got = std::from_chars(at, end, pid); got.ec == std::errc{};
             got = std::from_chars(at, end, pid)) {
            children.push_back(pid);
            at = std::find_if(got.ptr, end, [](char c) { return c != ' '; });
        }
    }
    if (!any_file)
        return std::nullopt;
    return children;
}

bool is_child(pid_t pid)
{
    std::string stat;
    if (read_file("/proc/" + std::to_string(pid) + "/stat", stat) != 0)
        return false;
    // "pid (name) state ppid ...": the name may hold anything, brackets and blanks too.
    const std::size_t name_end = stat.rfind(") ");
    if (name_end == std::string::npos || name_end + 4 >= stat.size())
        return false;
    pid_t parent = 0;
    std::from_chars(stat.data() + name_end + 4, stat.data() + stat.size(), parent);
    return parent == ::getpid();
}

std::vector<pid_t> list_by_scan()
{
    std::vector<pid_t> pids = numbered_entries("/proc");
    std::erase_if(pids, [](pid_t pid) { return !is_child(pid); });
    return pids;
}

} // namespace

std::vector<pid_t> list_children()
{
    if (auto children = list_by_task_files())
        return *std::move(children);
    return list_by_scan();
}

void close_inherited_descriptors()
{
    if (::syscall(SYS_close_range, STDERR_FILENO + 1, ~0U, 0) == 0)
        return;
    for (const int fd : numbered_entries("/proc/self/fd")) // before Linux 5.9
        if (fd > STDERR_FILENO)
            ::close(fd); // the folder's own is closed by now; EBADF does no harm
}

} // namespace tapbridge::process
