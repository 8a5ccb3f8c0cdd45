#include "cli/connector_folder.h"

#include "airbyte/error.h"
#include "cli/installed_tap.h"
#include "util/fd.h"

#include <elf.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

namespace tapbridge::cli {

namespace {

namespace fs = std::filesystem;

[[noreturn]] void throw_not_written(const std::string& path, int error)
{
    airbyte::throw_config_error(path + " cannot be written: " + std::strerror(error) +
                                ". Name another folder with --dir.");
}

[[noreturn]] void throw_exists(const std::string& path)
{
    airbyte::throw_config_error(path + " exists already; nothing was written. Name another folder "
                                       "with --dir, or move the file away.");
}

// Removes what it was told of, unless it is kept.
class Undo {
public:
    Undo() = default;
    Undo(const Undo&) = delete;
    Undo& operator=(const Undo&) = delete;
    ~Undo()
    {
        for (auto path = m_paths.rbegin(); path != m_paths.rend(); ++path) {
            ::remove(path->c_str());
        }
    }

    void add(const std::string& path) { m_paths.push_back(path); }
    void keep() { m_paths.clear(); }

private:
    std::vector<std::string> m_paths;
};

void make_folders(const fs::path& folder, mode_t mode, Undo& undo)
{
    if (folder.empty() || folder == folder.root_path()) {
        return;
    }
    struct ::stat info {};
    if (::stat(folder.c_str(), &info) == 0) {
        if (!S_ISDIR(info.st_mode)) {
            throw_not_written(folder.string(), ENOTDIR);
        }
        return;
    }
    make_folders(folder.parent_path(), 0777, undo);
    if (::mkdir(folder.c_str(), mode) == 0) {
        undo.add(folder.string());
    } else if (errno != EEXIST) {
        throw_not_written(folder.string(), errno);
    }
}

int write_all(int file, std::string_view content)
{
    while (!content.empty()) {
        const ssize_t put = ::write(file, content.data(), content.size());
        if (put < 0 && errno != EINTR) {
            return errno;
        }
        content.remove_prefix(put > 0 ? static_cast<std::size_t>(put) : 0);
    }
    return 0;
}

// 0, or the errno of what failed; then nothing is left of it.
int create_file(const std::string& path, std::string_view content, mode_t mode)
{
    const Fd file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode));
    if (!file) {
        return errno;
    }
    int error = write_all(file.get(), content);
    // The user of the image reads and runs them, whatever our umask.
    if (error == 0 && ::fchmod(file.get(), mode) != 0) {
        error = errno;
    }
    if (error != 0) {
        ::unlink(path.c_str());
    }
    return error;
}

void write_new(const std::string& path, const connector::File& file, Undo& undo)
{
    const int error = create_file(path, file.content, file.mode);
    if (error == EEXIST) {
        throw_exists(path);
    }
    if (error != 0) {
        throw_not_written(path, error);
    }
    undo.add(path);
}

// FILE, else FILE.2 and so on; "" where none can be made, `error` says why.
std::string create_numbered(const std::string& path, std::string_view content, int& error)
{
    constexpr int most = 1000;
    for (int number = 1; number <= most; ++number) {
        std::string numbered = path;
        numbered += number == 1 ? "" : "." + std::to_string(number);
        error = create_file(numbered, content, 0600);
        if (error == 0) {
            return numbered;
        }
        if (error != EEXIST) {
            break;
        }
    }
    return {};
}

} // namespace

void check_folder(const std::string& folder, const std::vector<std::string>& paths)
{
    for (const std::string& path : paths) {
        struct ::stat unused {};
        const std::string full = (fs::path(folder) / path).string();
        if (::lstat(full.c_str(), &unused) == 0) {
            throw_exists(full);
        }
        if (errno != ENOENT) {
            throw_not_written(full, errno);
        }
    }
    fs::path nearest = absolute_path(folder);
    while (::access(nearest.c_str(), F_OK) != 0 && nearest.has_relative_path()) {
        nearest = nearest.parent_path();
    }
    if (::access(nearest.c_str(), W_OK | X_OK) != 0) {
        throw_not_written(nearest.string(), errno);
    }
}

void write_folder(const std::string& folder, const std::vector<connector::File>& files)
{
    Undo undo;
    for (const connector::File& file : files) {
        const fs::path path = fs::path(folder) / file.path;
        const bool is_private = file.path.starts_with("secrets/");
        make_folders(path.parent_path(), is_private ? 0700 : 0777, undo);
        write_new(path.string(), file, undo);
    }
    undo.keep();
}

std::string save_beside(const std::string& path, std::string_view content)
{
    const std::string name = path + ".new";
    int error = 0;
    std::string made = create_numbered(name, content, error);
    if (made.empty()) {
        int ignored = 0;
        made = create_numbered(name.substr(name.rfind('/') + 1), content, ignored);
    }
    if (made.empty()) {
        airbyte::throw_config_error(name + " cannot be written: " + std::strerror(error) + ".");
    }
    return made;
}

std::string own_static_program()
{
    std::string program;
    Elf64_Ehdr head;
    if (read_file("/proc/self/exe", program) != 0 || program.size() < sizeof head) {
        return {};
    }
    std::memcpy(&head, program.data(), sizeof head);
    if (!program.starts_with(ELFMAG) || head.e_ident[EI_CLASS] != ELFCLASS64 ||
        head.e_phentsize != sizeof(Elf64_Phdr)) {
        return {};
    }
    for (std::size_t i = 0; i < head.e_phnum; ++i) {
        Elf64_Phdr part;
        const std::size_t at = head.e_phoff + i * sizeof part;
        if (at + sizeof part > program.size()) {
            return {};
        }
        std::memcpy(&part, program.data() + at, sizeof part);
        if (part.p_type == PT_INTERP) { // needs a loader and libraries
            return {};
        }
    }
    return program;
}

} // namespace tapbridge::cli
