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

// The numbers of a process in the PID namespace that /proc shows, and in those below it down to its
// own; empty where it is gone.
std::vector<pid_t> numbers_of(const std::string& process)
{
    std::vector<pid_t> numbers;
    std::string status;
    if (read_file("/proc/" + process + "/status", status) != 0)
        return numbers;
    constexpr std::string_view k_label = "\nNSpid:";
    const std::size_t label = status.find(k_label);
    if (label == std::string::npos)
        return numbers;
    const char* at = status.data() + label + k_label.size();
    const char* const end = status.data() + status.size();
    pid_t pid = 0;
    while (at != end && *at == '\t') {
        at = std::from_chars(at + 1, end, pid).ptr;
        numbers.push_back(pid);
    }
    return numbers;
}

// Where /proc shows another namespace (unshare --pid without a /proc of its own), its numbers are
// not those that kill() and waitpid() take: they may be those of strangers.
std::vector<pid_t> as_we_count(const std::vector<pid_t>& pids, std::size_t depth)
{
    std::vector<pid_t> result;
    for (const pid_t pid : pids)
        if (const auto numbers = numbers_of(std::to_string(pid)); numbers.size() >= depth)
            result.push_back(numbers[depth - 1]);
    return result;
}

bool is_child(pid_t pid, pid_t self)
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
    return parent == self;
}

std::vector<pid_t> list_by_scan(pid_t self)
{
    std::vector<pid_t> pids = numbered_entries("/proc");
    std::erase_if(pids, [self](pid_t pid) { return !is_child(pid, self); });
    return pids;
}

} // namespace

std::vector<pid_t> list_children()
{
    const std::vector<pid_t> self = numbers_of("self");
    auto children = list_by_task_files();
    if (!children)
        children = list_by_scan(self.empty() ? ::getpid() : self.front());
    return self.size() > 1 ? as_we_count(*children, self.size()) : *std::move(children);
}

std::int64_t bytes_written_by(pid_t child)
{
    std::string io;
    if (numbers_of("self").size() != 1 || // else its number there is another
        read_file("/proc/" + std::to_string(child) + "/io", io) != 0)
        return -1;
    constexpr std::string_view k_label = "wchar: ";
    const std::size_t label = io.find(k_label);
    std::int64_t bytes = -1;
    if (label != std::string::npos)
        std::from_chars(io.data() + label + k_label.size(), io.data() + io.size(), bytes);
    return bytes;
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
