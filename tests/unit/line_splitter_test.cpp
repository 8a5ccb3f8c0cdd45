#include "catch.h"
#include "singer/line_splitter.h"

#include <algorithm>
#include <cstring>
#include <ctime>
#include <random>
#include <string>
#include <vector>

using tapbridge::singer::LineSplitter;

namespace {

// Puts in as much of `text` as there is room for, at most `limit` bytes, as one read() would.
std::size_t feed(LineSplitter& splitter, std::string_view text, std::size_t limit)
{
    char* const space = splitter.space();
    const std::size_t size = std::min({text.size(), splitter.space_size(), limit});
    std::memcpy(space, text.data(), size);
    splitter.filled(size);
    return size;
}

std::vector<std::string> split(std::string_view text, std::size_t capacity, std::size_t read_size)
{
    LineSplitter splitter(capacity);
    std::vector<std::string> lines;
    std::string_view line;
    while (!text.empty()) {
        text.remove_prefix(feed(splitter, text, read_size));
        while (splitter.next(line))
            lines.emplace_back(line);
    }
    if (splitter.rest(line))
        lines.push_back("rest:" + std::string(line));
    return lines;
}

using Lines = std::vector<std::string>;

} // namespace

TEST_CASE("LineSplitter cuts at newlines, wherever the reads end")
{
    const std::string text = "one\n\ntwo\r\n\r\nthr\ree\r\r\n\xFF\n";
    const Lines expected = {"one", "", "two", "", "thr\ree\r", "\xFF"};
    for (const std::size_t capacity : {1, 2, 3, 5, 1024}) {
        for (std::size_t read_size = 1; read_size <= text.size(); ++read_size) {
            INFO(capacity << " " << read_size);
            CHECK(split(text, capacity, read_size) == expected);
        }
    }
}

TEST_CASE("LineSplitter keeps NUL bytes")
{
    CHECK(split(std::string_view("a\0b\n\0\n", 6), 4, 2) ==
          Lines{std::string("a\0b", 3), std::string(1, '\0')});
}

TEST_CASE("LineSplitter gives the rest once, at the end")
{
    CHECK(split("", 8, 8).empty());
    CHECK(split("a\n", 8, 8) == Lines{"a"});
    CHECK(split("a\nb", 8, 8) == Lines{"a", "rest:b"});
    CHECK(split("b\r", 8, 8) == Lines{"rest:b"});
    LineSplitter splitter(8);
    feed(splitter, "a", 8);
    std::string_view line;
    CHECK_FALSE(splitter.next(line));
    REQUIRE(splitter.rest(line));
    CHECK(line == "a");
    CHECK_FALSE(splitter.rest(line));
    CHECK(splitter.pending() == 0);
}

TEST_CASE("LineSplitter counts the bytes of the unfinished line")
{
    LineSplitter splitter(4);
    std::string_view line;
    CHECK(splitter.pending() == 0);
    feed(splitter, "ab", 4);
    CHECK_FALSE(splitter.next(line));
    CHECK(splitter.pending() == 2);
    feed(splitter, "c\n", 4);
    CHECK(splitter.next(line));
    CHECK(line == "abc");
    CHECK(splitter.pending() == 0);
}

TEST_CASE("LineSplitter gives lines in place")
{
    LineSplitter splitter(64);
    feed(splitter, "first\nsecond\n", 64);
    std::string_view first, second;
    REQUIRE(splitter.next(first));
    REQUIRE(splitter.next(second));
    CHECK(first == "first"); // still there
    CHECK(second.data() == first.data() + 6);
}

TEST_CASE("LineSplitter always has room for a read")
{
    LineSplitter splitter(16);
    std::size_t fed = 0;
    for (int i = 0; i < 1000; ++i) {
        splitter.space();
        REQUIRE(splitter.space_size() >= 1);
        fed += feed(splitter, "xxxxxxx", 7);
    }
    CHECK(splitter.pending() == fed);
}

TEST_CASE("LineSplitter grows by doubling and shrinks when the long line is gone")
{
    LineSplitter splitter(1024);
    std::string_view line;
    std::string text = std::string(100'000, 'x') + '\n';
    for (std::string_view left = text; !left.empty();)
        left.remove_prefix(feed(splitter, left, 4096));
    REQUIRE(splitter.next(line));
    CHECK(line.size() == 100'000);
    splitter.space();
    CHECK(splitter.space_size() == 128 * 1024);
    for (int i = 0; i < 20; ++i) {
        feed(splitter, "short\n", 4096);
        REQUIRE(splitter.next(line));
        CHECK(line == "short");
    }
    splitter.space();
    CHECK(splitter.space_size() == 1024);
}

TEST_CASE("LineSplitter gives the room of a giant line back at once")
{
    LineSplitter splitter(1024);
    const std::string text = std::string(20'000'000, 'x') + "\nshort";
    for (std::string_view left = text; !left.empty();)
        left.remove_prefix(feed(splitter, left, left.size()));
    std::string_view line;
    REQUIRE(splitter.next(line));
    CHECK(line.size() == 20'000'000);
    feed(splitter, "er\n", 3);
    CHECK(splitter.space_size() == 1024 - std::strlen("shorter\n"));
    REQUIRE(splitter.next(line));
    CHECK(line == "shorter");
}

TEST_CASE("LineSplitter keeps its size while every line is a little too long for it")
{
    LineSplitter splitter(1024);
    const std::string text = std::string(1500, 'x') + '\n';
    std::string_view line;
    const char* buffer = nullptr;
    int buffers = 0;
    for (int i = 0; i < 100; ++i) {
        for (std::string_view left = text; !left.empty();)
            left.remove_prefix(feed(splitter, left, 512));
        REQUIRE(splitter.next(line));
        REQUIRE(line.size() == 1500);
        if (line.data() != buffer)
            ++buffers;
        buffer = line.data();
    }
    CHECK(buffers == 1);
}

TEST_CASE("LineSplitter takes linear time for a very long line in small reads")
{
    constexpr std::size_t k_size = 100'000'000;
    const std::string piece(1000, 'x');
    LineSplitter splitter;
    std::string_view line;
    const std::clock_t started = std::clock();
    for (std::size_t done = 0; done < k_size; done += piece.size()) {
        for (std::string_view left = piece; !left.empty();)
            left.remove_prefix(feed(splitter, left, left.size()));
        REQUIRE_FALSE(splitter.next(line));
    }
    feed(splitter, "\n", 1);
    REQUIRE(splitter.next(line));
    CHECK(line.size() == k_size);
    // Looking at the whole line after each read would be 5 TB.
    CHECK(static_cast<double>(std::clock() - started) / CLOCKS_PER_SEC < 20);
}

TEST_CASE("LineSplitter loses nothing of random lines in random reads")
{
    constexpr std::uint64_t k_seed = 1234;
    std::mt19937_64 random(k_seed);
    for (int round = 0; round < 300; ++round) {
        INFO("seed " << k_seed << ", round " << round);
        std::string text;
        Lines expected;
        for (std::size_t i = random() % 40; i > 0; --i) {
            std::string line(random() % (random() % 8 == 0 ? 700 : 40), '\0');
            for (char& c : line)
                c = static_cast<char>('a' + random() % 26);
            text += line + (random() % 4 == 0 ? "\r\n" : "\n");
            expected.push_back(line);
        }
        LineSplitter splitter(1 + random() % 64);
        Lines lines;
        std::string_view line;
        for (std::string_view left = text; !left.empty();) {
            left.remove_prefix(feed(splitter, left, 1 + random() % 100));
            // Not always all of them: what is left must survive the next read.
            for (std::size_t i = random() % 4; i > 0 && splitter.next(line); --i)
                lines.emplace_back(line);
        }
        while (splitter.next(line))
            lines.emplace_back(line);
        CHECK(lines == expected);
        CHECK_FALSE(splitter.rest(line));
    }
}
