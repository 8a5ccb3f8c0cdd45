#include "process/dead_folders.h"

#include "util/fd.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <ctime>
#include <memory>
#include <string_view>
#include <vector>

namespace tapbridge::process {

namespace {

constexpr int k_folder_flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
constexpr std::time_t k_lockless_age_s = 60;

std::vector<std::string> entries_of(int folder)
{
    std::vector<std::string> names;
    const int own = ::openat(folder, ".", k_folder_flags);
    const std::unique_ptr<DIR, int (*)(DIR*)> entries(own < 0 ? nullptr : ::fdopendir(own),
                                                      &::closedir);
    if (!entries)
        return names;
    while (const dirent* entry = ::readdir(entries.get())) {
        const std::string_view name = entry->d_name;
        if (name != "." && name != "..")
            names.emplace_back(name);
    }
    // The lock goes last, so that a removal that is cut short can be taken up by the next sweep.
    std::stable_partition(names.begin(), names.end(),
                          [](const std::string& name) { return name != k_lock_name; });
    return names;
}

bool is_folder(int parent, const std::string& name)
{
    struct stat info {};
    return ::fstatat(parent, name.c_str(), &info, AT_SYMLINK_NOFOLLOW) == 0 &&
           S_ISDIR(info.st_mode);
}

// A tap may have made folders that are closed to itself.
Fd open_folder(int parent, const std::string& name)
{
    Fd folder(::openat(parent, name.c_str(), k_folder_flags));
    struct stat info {};
    if (!folder && errno == EACCES) {
        ::fchmodat(parent, name.c_str(), S_IRWXU, 0);
        folder = Fd(::openat(parent, name.c_str(), k_folder_flags));
    } else if (folder && ::fstat(folder.get(), &info) == 0 && (info.st_mode & S_IRWXU) != S_IRWXU) {
        ::fchmod(folder.get(), S_IRWXU);
    }
    return folder;
}

void remove_entry(int parent, const std::string& name)
{
    if (!is_folder(parent, name)) {
        ::unlinkat(parent, name.c_str(), 0);
        return;
    }
    if (const Fd folder = open_folder(parent, name))
        for (const std::string& entry : entries_of(folder.get()))
            remove_entry(folder.get(), entry);
    ::unlinkat(parent, name.c_str(), AT_REMOVEDIR);
}

// `lock` keeps what was locked until the folder is gone.
bool is_dead(int folder, Fd& lock)
{
    struct stat info {};
    if (::fstat(folder, &info) != 0 || info.st_uid != ::geteuid())
        return false;
    lock = Fd(::openat(folder, k_lock_name, O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    if (lock)
        return ::flock(lock.get(), LOCK_EX | LOCK_NB) == 0;
    if (errno != ENOENT || std::time(nullptr) - info.st_mtim.tv_sec <= k_lockless_age_s)
        return false;
    const auto entries = entries_of(folder);
    return entries.empty() || (entries.size() == 1 && entries.front() == k_new_lock_name);
}

// "tapbridge-<pid>-XXXXXX": somebody else's folder may well begin with our name.
bool named_as_ours(std::string_view name)
{
    constexpr std::string_view k_prefix = k_folder_prefix;
    constexpr std::size_t k_random = 6;
    if (!name.starts_with(k_prefix))
        return false;
    name.remove_prefix(k_prefix.size());
    const std::size_t digits = name.find_first_not_of("0123456789");
    return digits != 0 && digits != std::string_view::npos && name[digits] == '-' &&
           name.size() == digits + 1 + k_random;
}

} // namespace

void remove_folder(const std::string& path)
{
    remove_entry(AT_FDCWD, path);
}

void sweep_dead_folders(const std::string& place)
{
    const Fd folder(::open(place.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!folder)
        return;
    for (const std::string& name : entries_of(folder.get())) {
        if (!named_as_ours(name))
            continue;
        Fd lock;
        const Fd candidate(::openat(folder.get(), name.c_str(), k_folder_flags));
        if (candidate && is_dead(candidate.get(), lock))
            remove_entry(folder.get(), name);
    }
}

} // namespace tapbridge::process
