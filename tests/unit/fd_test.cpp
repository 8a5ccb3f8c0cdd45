#include "catch.h"
#include "util/fd.h"
#include "util/time.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <filesystem>

using namespace tapbridge;

namespace {

class TemporaryFolder {
public:
    TemporaryFolder()
    {
        std::string name = (std::filesystem::temp_directory_path() / "fd_test.XXXXXX").string();
        REQUIRE(::mkdtemp(name.data()) != nullptr);
        m_path = name;
    }
    ~TemporaryFolder() { std::filesystem::remove_all(m_path); }
    std::string operator/(const char* name) const { return m_path + "/" + name; }

private:
    std::string m_path;
};

bool is_open(int fd)
{
    return ::fcntl(fd, F_GETFD) != -1;
}

mode_t mode_of(const std::string& path)
{
    struct stat status {};
    REQUIRE(::stat(path.c_str(), &status) == 0);
    return status.st_mode & 07777U;
}

} // namespace

TEST_CASE("Fd closes what it owns, once")
{
    int ends[2];
    REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
    {
        Fd reader(ends[0]);
        Fd writer(ends[1]);
        Fd moved(std::move(reader));
        CHECK_FALSE(reader);
        CHECK(moved.get() == ends[0]);
        moved = std::move(writer);
        CHECK_FALSE(is_open(ends[0]));
        CHECK(is_open(ends[1]));
        Fd& self = moved;
        moved = std::move(self);
        CHECK(is_open(ends[1]));
    }
    CHECK_FALSE(is_open(ends[1]));
}

TEST_CASE("write_file and read_file carry any bytes")
{
    const TemporaryFolder folder;
    std::string content(300'000, '\0');
    for (std::size_t i = 0; i < content.size(); ++i)
        content[i] = static_cast<char>(i * 7);
    REQUIRE(write_file(folder / "file", content, 0600) == 0);
    std::string read = "left over";
    REQUIRE(read_file(folder / "file", read) == 0);
    CHECK((read == content));
    REQUIRE(write_file(folder / "file", "short", 0600) == 0);
    REQUIRE(read_file(folder / "file", read) == 0);
    CHECK(read == "short");
}

TEST_CASE("write_file sets the mode, whatever the umask and the mode before")
{
    const TemporaryFolder folder;
    const mode_t before = ::umask(0077);
    CHECK(write_file(folder / "open", "x", 0644) == 0);
    ::umask(0);
    CHECK(write_file(folder / "closed", "x", 0666) == 0);
    CHECK(write_file(folder / "closed", "secret", 0600) == 0);
    ::umask(before);
    CHECK(mode_of(folder / "open") == 0644);
    CHECK(mode_of(folder / "closed") == 0600);
}

TEST_CASE("read_file and write_file say what failed")
{
    const TemporaryFolder folder;
    std::string content = "left over";
    CHECK(read_file(folder / "missing", content) == ENOENT);
    CHECK(content.empty());
    CHECK(read_file(folder / ".", content) == EISDIR);
    CHECK(write_file(folder / "missing/file", "x", 0600) == ENOENT);
}

TEST_CASE("now_ms is the time of day and never goes back")
{
    using namespace std::chrono;
    const auto expected =
        duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
    std::int64_t latest = now_ms();
    CHECK(latest >= expected);
    CHECK(latest < expected + 60'000);
    bool went_back = false;
    for (int i = 0; i < 10'000; ++i) {
        const std::int64_t now = now_ms();
        went_back |= now < latest;
        latest = now;
    }
    CHECK_FALSE(went_back);
}
