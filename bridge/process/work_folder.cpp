#include "process/work_folder.h"

#include "airbyte/error.h"
#include "process/dead_folders.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <vector>

namespace tapbridge::process {

namespace {

constexpr mode_t k_file_mode = S_IRUSR | S_IWUSR;

void add_from_environment(std::vector<std::string>& places, const char* variable)
{
    const char* value = std::getenv(variable);
    if (!value || *value == '\0')
        return;
    std::error_code error; // the tap may have another working directory
    const auto path = std::filesystem::absolute(value, error);
    if (!error)
        places.push_back(path.string());
}

std::vector<std::string> places(WorkFolder::Place place)
{
    std::vector<std::string> result;
    if (place == WorkFolder::Place::memory) {
        add_from_environment(result, "TAPBRIDGE_TMPDIR");
        result.emplace_back("/dev/shm");
    }
    add_from_environment(result, "TMPDIR");
    result.emplace_back("/tmp");
    return result;
}

// The lock gets its name only once it is held: whoever finds a lock that nobody holds has found a
// dead folder. 0, or the errno of what failed.
int take_lock(const std::string& folder, Fd& lock)
{
    const std::string fresh = folder + "/" + k_new_lock_name;
    lock = Fd(::open(fresh.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, k_file_mode));
    if (!lock || ::fchmod(lock.get(), k_file_mode) != 0)
        return errno;
    const std::string pid = std::to_string(::getpid()) + "\n"; // shows a full file system, too
    errno = ENOSPC;
    if (::write(lock.get(), pid.data(), pid.size()) != static_cast<ssize_t>(pid.size()) ||
        ::flock(lock.get(), LOCK_EX | LOCK_NB) != 0 ||
        ::rename(fresh.c_str(), (folder + "/" + k_lock_name).c_str()) != 0)
        return errno;
    return 0;
}

// 0, or the errno of what failed.
int make_folder(const std::string& place, std::string& path, Fd& lock)
{
    path = place + "/" + k_folder_prefix + std::to_string(::getpid()) + "-XXXXXX";
    if (!::mkdtemp(path.data()))
        return errno;
    // The caller's umask may have taken from us what nobody else has.
    const int error = ::chmod(path.c_str(), S_IRWXU) != 0 ? errno : take_lock(path, lock);
    if (error != 0) {
        remove_folder(path);
        lock.reset();
    }
    return error;
}

bool is_full(int error)
{
    return error == ENOSPC || error == EDQUOT;
}

} // namespace

WorkFolder::WorkFolder(Place place) : m_place(place)
{
    std::string tried;
    for (const std::string& candidate : places(place)) {
        sweep_dead_folders(candidate);
        if (m_lock)
            continue;
        if (const int error = make_folder(candidate, m_path, m_lock))
            tried += (tried.empty() ? "" : ", ") + candidate + ": " + std::strerror(error);
    }
    if (!m_lock)
        airbyte::throw_system_error(
            "No place for the tap's private files is writable (" + tried +
            "). Set TAPBRIDGE_TMPDIR or TMPDIR to a folder that is, or mount one at /tmp.");
}

WorkFolder::~WorkFolder()
{
    remove_folder(m_path); // still locked, so that nobody sweeps it meanwhile
}

std::string WorkFolder::write(std::string_view name, std::string_view content) const
{
    std::string path = m_path + "/";
    path += name;
    const int error = try_write(path, content);
    if (error == 0)
        return path;
    if (is_full(error) && m_place == Place::memory) {
        if (!m_overflow)
            m_overflow = std::make_unique<WorkFolder>(Place::disk);
        return m_overflow->write(name, content);
    }
    airbyte::throw_system_error("The file " + path +
                                " could not be written: " + std::strerror(error) +
                                ". Set TAPBRIDGE_TMPDIR to a folder that has room for it.");
}

int WorkFolder::try_write(const std::string& path, std::string_view content) const
{
    const int error = write_file(path, content, k_file_mode);
    if (error != 0)
        ::unlink(path.c_str());
    return error;
}

} // namespace tapbridge::process
