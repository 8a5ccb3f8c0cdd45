// Our stdout: slow, stopped, gone, full, another user's, closed.
#include "matchers.h"
#include "process/output.h"
#include "process_harness.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <filesystem>
#include <string>

using harness::Bridge;
using harness::end_of;
using harness::eventually;
using harness::play;
using harness::Start;
using tapbridge::Fd;
using tapbridge::process::Output;

namespace {

std::array<Fd, 2> make_pipe()
{
    std::array<int, 2> ends{};
    REQUIRE(::pipe2(ends.data(), O_CLOEXEC) == 0);
    return {Fd(ends[0]), Fd(ends[1])};
}

std::string read_some(int fd)
{
    std::string text(1024 * 1024, '\0');
    const ssize_t got = ::read(fd, text.data(), text.size());
    text.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
    return text;
}

constexpr const char* k_flood = "repeat forever out {\"id\":$i}";

} // namespace

TEST_CASE("flush: a pipe is not waited for, and its description is left as it was")
{
    const auto [reader, writer] = make_pipe();
    Output output(writer.get());
    const std::string sent(200 * 1024, 'x');
    output.buffer() = sent;
    CHECK(output.flush() == Output::Result::blocked);
    CHECK((::fcntl(writer.get(), F_GETFL) & O_NONBLOCK) == 0);
    std::string received;
    while (!output.empty()) {
        received += read_some(reader.get());
        output.flush();
    }
    received += read_some(reader.get());
    CHECK((received == sent));
    CHECK(output.buffer().empty());
}

TEST_CASE("flush: a pipe without a reader is gone, for good")
{
    ::signal(SIGPIPE, SIG_IGN);
    auto [reader, writer] = make_pipe();
    Output output(writer.get());
    pollfd watched{output.poll_fd(), 0, 0};
    CHECK(::poll(&watched, 1, 0) == 0);
    reader.reset();
    CHECK(::poll(&watched, 1, 0) == 1);
    CHECK((watched.revents & POLLERR) != 0);
    output.buffer() = "x";
    CHECK(output.flush() == Output::Result::gone);
    CHECK(output.empty());
    output.buffer() = "y";
    CHECK(output.flush() == Output::Result::gone);
    CHECK(output.empty());
}

TEST_CASE("flush: a socket is not waited for, and its end is seen")
{
    std::array<int, 2> ends{};
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) == 0);
    Fd reader(ends[0]);
    const Fd writer(ends[1]);
    Output output(writer.get());
    output.buffer().assign(4 * 1024 * 1024, 'x');
    CHECK(output.flush() == Output::Result::blocked);
    CHECK_FALSE(read_some(reader.get()).empty());
    reader.reset();
    CHECK(output.flush() == Output::Result::gone);
}

TEST_CASE("flush: a file takes everything; a full one fails, for good")
{
    Fd full(::open("/dev/full", O_WRONLY | O_CLOEXEC));
    Output broken(full.get());
    CHECK(broken.poll_fd() == -1);
    broken.buffer() = "x";
    CHECK(broken.flush() == Output::Result::failed);
    CHECK(broken.error() == ENOSPC);
    broken.buffer() = "y";
    CHECK(broken.flush() == Output::Result::failed);

    std::string path = (std::filesystem::temp_directory_path() / "output-test-XXXXXX").string();
    const Fd file(::mkstemp(path.data()));
    Output output(file.get());
    output.buffer().assign(20 * 1024 * 1024, 'x');
    CHECK(output.flush() == Output::Result::done);
    CHECK(output.buffer().capacity() < 8 * 1024 * 1024);
    CHECK(std::filesystem::file_size(path) == 20 * 1024 * 1024);
    std::filesystem::remove(path);
}

TEST_CASE("flush: a terminal is not waited for")
{
    const Fd master(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC));
    REQUIRE(master);
    REQUIRE(::grantpt(master.get()) == 0);
    REQUIRE(::unlockpt(master.get()) == 0);
    const Fd terminal(::open(::ptsname(master.get()), O_RDWR | O_NOCTTY | O_CLOEXEC));
    Output output(terminal.get());
    output.buffer().assign(1024 * 1024, 'x');
    CHECK(output.flush() == Output::Result::blocked);
    CHECK((::fcntl(terminal.get(), F_GETFL) & O_NONBLOCK) == 0);
}

TEST_CASE("run: nothing of a full pipe is lost to a bridge that was frozen after the tap's end")
{
    auto [reader, writer] = make_pipe();
    // More than our stdout holds, less than that and the tap's pipe together.
    Bridge bridge("repeat 10000 out 0123456789012345678901234567890123456789012345678901234567890\n"
                  "touch $dir/written",
                  {.options = {"grace=100"}, .stdout_fd = writer.get()});
    writer.reset();
    REQUIRE(bridge.reached("written"));
    REQUIRE(eventually([&] { return bridge.processes().size() == 2; })); // the tap has gone
    bridge.send(SIGSTOP);
    // When it wakes it can write all that it holds, and every deadline of its own has passed.
    REQUIRE(::fcntl(reader.get(), F_SETPIPE_SZ, 1024 * 1024) > 0);
    const auto late = std::chrono::steady_clock::now() + std::chrono::seconds(11);
    REQUIRE(eventually([&] { return std::chrono::steady_clock::now() > late; }));
    bridge.send(SIGCONT);

    std::ptrdiff_t lines = 0;
    for (std::string text = read_some(reader.get()); !text.empty(); text = read_some(reader.get()))
        lines += std::count(text.begin(), text.end(), '\n');
    CHECK(lines == 10000);
    CHECK(end_of(bridge.wait()) == "exit 0");
    CHECK(bridge.nothing_left());
}

TEST_CASE("run: a slow reader loses nothing")
{
    Bridge bridge("repeat 100000 out {\"id\":$i}\ntouch $dir/written\nexit 3",
                  {.options = {"grace=50"}});
    ::poll(nullptr, 0, 300); // longer than the grace, and nothing is read
    CHECK_FALSE(bridge.exists("result"));
    CHECK_THAT(play(bridge), matchers::StartsWith("run: exited 3 none\n"));
    CHECK_THAT(bridge.read_all(), matchers::EndsWith("{\"id\":100000}\n"));
    CHECK(bridge.nothing_left());
}

TEST_CASE("run: signals and the tap's end are handled while nobody reads")
{
    Bridge bridge(k_flood, {.options = {"grace=300"}});
    REQUIRE(bridge.stdout_is_full());
    bridge.send(SIGTERM);
    CHECK(end_of(bridge.wait()) == "signal 15");
    CHECK_THAT(bridge.result(), matchers::contains("fatal_signal\n"));
    CHECK_THAT(bridge.result(), matchers::contains("flush: lost\n"));
    CHECK(bridge.nothing_left());
}

TEST_CASE("run: the minder's death is handled while nobody reads")
{
    Bridge bridge(k_flood);
    REQUIRE(bridge.stdout_is_full());
    ::kill(bridge.minder(), SIGKILL);
    CHECK(eventually([&] { return bridge.processes().size() == 1; }));
    CHECK_THAT(play(bridge), matchers::StartsWith("run: lost 0 none\n"));
}

TEST_CASE("run: the reader goes away: the tap is killed without grace")
{
    SECTION("while it writes")
    {
        Bridge bridge(std::string("ignore TERM\n") + k_flood, {.options = {"grace=600000"}});
        bridge.read_until("{\"id\":100}\n");
        bridge.stop_reading();
        CHECK(end_of(bridge.wait()) == "exit 141");
        CHECK(bridge.result() ==
              "run: signalled 9 reader_gone\nends: 1 1\nstderr: \nflush: lost\n");
        CHECK(bridge.nothing_left());
    }
    SECTION("while it is silent")
    {
        Bridge bridge("ignore TERM\nout up\nsleep-forever",
                      {.options = {"grace=600000", "runs=2"}});
        bridge.read_until("up\n");
        bridge.stop_reading();
        CHECK(end_of(bridge.wait()) == "exit 141");
        CHECK(bridge.result() == "run: signalled 9 reader_gone\nends: 1 1\nstderr: \n"
                                 "run: lost 0 reader_gone\nends: 0 0\nstderr: \nflush: lost\n");
        CHECK(bridge.nothing_left());
    }
    SECTION("while it does not stop writing to stderr either")
    {
        Bridge bridge("fork {\nrepeat forever err noise $i\n}\nout up\n" + std::string(k_flood));
        bridge.read_until("up\n");
        bridge.stop_reading();
        CHECK(end_of(bridge.wait()) == "exit 141");
        CHECK(bridge.nothing_left());
    }
}

TEST_CASE("run: a full device ends the run")
{
    const Fd full(::open("/dev/full", O_WRONLY | O_CLOEXEC));
    Bridge bridge(std::string("ignore TERM\n") + k_flood,
                  {.options = {"grace=600000"}, .stdout_fd = full.get()});
    CHECK(end_of(bridge.wait()) == "exit 0");
    CHECK(bridge.result() == "run: signalled 9 output_failed\nends: 1 1\nstderr: \nflush: lost\n");
    CHECK(bridge.nothing_left());
}

TEST_CASE("run: closed standard descriptors are not taken by anything of ours")
{
    Start start;
    SECTION("stdin and stderr")
    {
        start.in_child = [] {
            ::close(STDIN_FILENO);
            ::close(STDERR_FILENO);
        };
        Bridge bridge("out hello\nerr oops", start);
        CHECK(play(bridge) == "run: exited 0 none\nends: 1 1\nstderr: oops\nflush: done\nexit 0");
        CHECK(bridge.read_all() == "hello\n");
    }
    SECTION("stdout")
    {
        start.in_child = [] { ::close(STDOUT_FILENO); };
        Bridge bridge("out hello\nsleep-forever", start);
        CHECK(end_of(bridge.wait()) == "exit 0");
        CHECK_THAT(bridge.result(), matchers::StartsWith("run: signalled 9 output_failed\n"));
    }
}

TEST_CASE("run: another user's pipe is written without being opened anew")
{
    if (!harness::can_run(::geteuid() == 0, "root, to become another user"))
        return;
    Start start;
    start.in_child = [] {
        constexpr uid_t k_nobody = 65534;
        if (::setgid(k_nobody) != 0 || ::setuid(k_nobody) != 0)
            ::_exit(98);
        if (::open("/proc/self/fd/1", O_WRONLY | O_NONBLOCK) >= 0)
            ::_exit(97); // this would not test what it says
    };
    Bridge bridge("on TERM {\nout bye\nexit 0\n}\nrepeat 100000 out {\"id\":$i}\ntouch "
                  "$dir/written\nsleep-forever",
                  start);
    bridge.read_until("{\"id\":100000}\n");
    bridge.send(SIGTERM);
    CHECK_THAT(play(bridge), matchers::StartsWith("run: exited 0 fatal_signal\n"));
    CHECK_THAT(bridge.read_all(), matchers::EndsWith("{\"id\":100000}\nbye\n"));
    CHECK(bridge.nothing_left());

    Bridge stuck(k_flood, [&] {
        Start again = start;
        again.options = {"grace=200"};
        return again;
    }());
    stuck.read_until("{\"id\":100}\n");
    stuck.send(SIGTERM);
    CHECK(end_of(stuck.wait()) == "signal 15");
    CHECK(stuck.nothing_left());
}
