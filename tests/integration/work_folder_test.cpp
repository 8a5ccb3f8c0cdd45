#include "airbyte/error.h"
#include "matchers.h"
#include "process/work_folder.h"
#include "process_harness.h"
#include "tap_files.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <string>

namespace fs = std::filesystem;
using tapbridge::Fd;
using tapbridge::process::WorkFolder;

namespace {

// A variable of the environment, put back at the end.
class Variable {
public:
    Variable(const char* name, const std::string& value) : m_name(name)
    {
        if (const char* before = ::getenv(name))
            m_before = before;
        ::setenv(name, value.c_str(), 1);
    }
    ~Variable()
    {
        if (m_before)
            ::setenv(m_name, m_before->c_str(), 1);
        else
            ::unsetenv(m_name);
    }
    Variable(const Variable&) = delete;
    Variable& operator=(const Variable&) = delete;

private:
    const char* m_name;
    std::optional<std::string> m_before;
};

struct Place {
    fs::path path;
    std::optional<Variable> variable;

    Place()
    {
        std::string folder = (fs::temp_directory_path() / "folder-test-XXXXXX").string();
        REQUIRE(::mkdtemp(folder.data()));
        path = folder;
        variable.emplace("TAPBRIDGE_TMPDIR", folder);
    }
    ~Place() { fs::remove_all(path); }
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;

    // A folder such as a KILL leaves behind.
    fs::path leave(const std::string& name, bool with_lock = true) const
    {
        fs::create_directory(path / name);
        if (with_lock)
            std::ofstream(path / name / "lock") << "1\n";
        return path / name;
    }
};

mode_t mode_of(const fs::path& path)
{
    struct stat info {};
    REQUIRE(::lstat(path.c_str(), &info) == 0);
    return info.st_mode & 07777;
}

void make_old(const fs::path& path)
{
    const timespec long_ago{1'000'000'000, 0};
    const timespec times[]{long_ago, long_ago};
    REQUIRE(::utimensat(AT_FDCWD, path.c_str(), times, 0) == 0);
}

} // namespace

TEST_CASE("WorkFolder: is private, and goes with everything in it")
{
    const Place place;
    const mode_t before = ::umask(0);
    auto folder = std::make_unique<WorkFolder>();
    const fs::path path = folder->path();
    CHECK(path.parent_path() == place.path);
    CHECK(mode_of(path) == 0700);
    CHECK(folder->write("config.json", "{}") == (path / "config.json").string());
    CHECK(mode_of(path / "config.json") == 0600);
    ::umask(before);
    folder->write("config.json", "{\"a\":1}");
    CHECK(scripted::read_whole((path / "config.json").string()) == "{\"a\":1}");

    fs::create_directories(path / "tap" / "cache");
    std::ofstream(path / "tap" / "cache" / "file") << "x";
    fs::create_directory_symlink("/usr", path / "tap" / "link");
    fs::create_symlink("/nowhere", path / "dangling");
    fs::permissions(path / "tap", fs::perms::none);
    folder.reset();
    CHECK_FALSE(fs::exists(path));
    CHECK(fs::exists("/usr/bin"));
    CHECK(fs::is_empty(place.path));
}

TEST_CASE("WorkFolder: sweeps what a KILL left behind, and nothing else")
{
    const Place place;
    const auto dead = place.leave("tapbridge-12345-abcdef");
    fs::create_directory_symlink("/usr", dead / "link");
    const auto living = place.leave("tapbridge-12346-abcdef");
    const Fd held(::open((living / "lock").c_str(), O_RDWR | O_CLOEXEC));
    REQUIRE(::flock(held.get(), LOCK_EX) == 0);
    const auto starting = place.leave("tapbridge-12347-abcdef", false);
    const auto never_started = place.leave("tapbridge-12348-abcdef", false);
    std::ofstream(never_started / "lock.new") << "";
    make_old(never_started);
    const auto other = place.leave("tapbridge-build");
    const auto lockless = place.leave("tapbridge-12349-abcdef", false);
    std::ofstream(lockless / "file") << "precious";
    make_old(lockless);
    fs::create_directory_symlink(other, place.path / "tapbridge-12350-abcdef");
    std::ofstream(place.path / "tapbridge-12351-abcdef") << "a file";

    const WorkFolder folder;
    CHECK_FALSE(fs::exists(dead));
    CHECK(fs::exists("/usr/bin"));
    CHECK(fs::exists(living));
    CHECK(fs::exists(starting));
    CHECK_FALSE(fs::exists(never_started));
    CHECK(fs::exists(other / "lock"));
    CHECK(fs::exists(lockless / "file"));
    CHECK(fs::is_symlink(place.path / "tapbridge-12350-abcdef"));
    CHECK(fs::exists(place.path / "tapbridge-12351-abcdef"));
}

TEST_CASE("WorkFolder: another user's folder is left alone")
{
    if (!harness::can_run(::geteuid() == 0, "root, to give a folder away"))
        return;
    const Place place;
    const auto foreign = place.leave("tapbridge-12345-abcdef");
    REQUIRE(::chown(foreign.c_str(), 65534, 65534) == 0);
    const WorkFolder folder;
    CHECK(fs::exists(foreign / "lock"));
}

TEST_CASE("WorkFolder: those that live at the same time leave each other alone")
{
    const Place place;
    const WorkFolder first;
    const WorkFolder second;
    const WorkFolder third;
    CHECK(fs::exists(first.path() + "/lock"));
    CHECK(fs::exists(second.path() + "/lock"));
    CHECK(fs::exists(third.path() + "/lock"));
}

TEST_CASE("WorkFolder: the next start sweeps the folder of a killed bridge")
{
    harness::Bridge bridge("out up\nsleep-forever");
    bridge.read_until("up\n");
    bridge.send(SIGKILL);
    bridge.wait();
    CHECK_FALSE(fs::is_empty(bridge.path("private")));
    const Variable variable("TAPBRIDGE_TMPDIR", bridge.path("private"));
    {
        const WorkFolder folder;
        CHECK(std::distance(fs::directory_iterator(bridge.path("private")), {}) == 1);
    }
    CHECK(fs::is_empty(bridge.path("private")));
}

TEST_CASE("WorkFolder: the next place is taken where the first cannot be written")
{
    const Variable variable("TAPBRIDGE_TMPDIR", "/proc/sys");
    const WorkFolder folder;
    CHECK(fs::exists(folder.path() + "/lock"));
    CHECK_THAT(folder.path(), !matchers::StartsWith("/proc"));
}

TEST_CASE("WorkFolder: a relative place becomes absolute")
{
    const Place place;
    const fs::path before = fs::current_path();
    fs::current_path(place.path);
    const Variable variable("TAPBRIDGE_TMPDIR", ".");
    {
        const WorkFolder folder;
        CHECK(fs::path(folder.path()).is_absolute());
    }
    fs::current_path(before);
}

TEST_CASE("WorkFolder: on disk it is not in memory")
{
    const Place place;
    const Variable variable("TMPDIR", place.path.string());
    const Variable other("TAPBRIDGE_TMPDIR", "/dev/shm");
    const WorkFolder folder(WorkFolder::Place::disk);
    CHECK(fs::path(folder.path()).parent_path() == place.path);
}

TEST_CASE("write: where the file system is full, the disk takes the file, or the error names it")
{
    const Place place;
    if (!harness::can_run(::mount("tapbridge-test", place.path.c_str(), "tmpfs", 0, "size=64k") ==
                              0,
                          "to be allowed to mount"))
        return;
    fs::path overflow;
    {
        const WorkFolder folder;
        CHECK(fs::path(folder.path()).parent_path() == place.path);
        const fs::path big = folder.write("big.json", std::string(1024 * 1024, 'x'));
        CHECK(fs::file_size(big) == 1024 * 1024);
        CHECK(big.parent_path().parent_path() != place.path);
        CHECK_FALSE(fs::exists(fs::path(folder.path()) / "big.json"));
        CHECK(fs::path(folder.write("small.json", "{}")).parent_path() == folder.path());
        overflow = big.parent_path();
        const Variable full("TMPDIR", place.path.string());
        const WorkFolder on_full_disk(WorkFolder::Place::disk);
        CHECK_THROWS_WITH(on_full_disk.write("big.json", std::string(1024 * 1024, 'x')),
                          matchers::contains("big.json could not be written: No space left"));
    }
    CHECK_FALSE(fs::exists(overflow));
    CHECK(fs::is_empty(place.path));
    {
        std::ofstream(place.path / "filler") << std::string(1024 * 1024, 'x');
        const WorkFolder elsewhere;
        CHECK(fs::path(elsewhere.path()).parent_path() != place.path);
    }
    CHECK(::umount2(place.path.c_str(), MNT_DETACH) == 0);
}
