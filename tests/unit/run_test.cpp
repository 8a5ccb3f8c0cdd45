#include "run_fixture.h"

using namespace run_fixture;

TEST_CASE("Run tells a stream's life in order")
{
    Fixture f({"+a"});
    f.feed(k_schema_a);
    CHECK(f.told() == "STARTED(a)");
    f.record("a", 1);
    f.record("a", 2);
    CHECK(f.told() == "RUNNING(a) a:1 a:2");
    f.bookmark("a", 2);
    CHECK(f.told() == R"(STATE(a,{"at":2},2))");
    f.finish_clean();
    CHECK(f.told() == R"(STATE(a,{"at":2},0) COMPLETE(a))");
    CHECK_FALSE(f.read().failed());
}

TEST_CASE("Run merges states by time: the newest wins, the last one always comes out")
{
    Fixture f({"+a"});
    f.options.state_interval = 10s;
    f.record("a", 1);
    f.bookmark("a", 1); // the first one at once
    f.told();
    f.at(1s);
    f.record("a", 2);
    f.bookmark("a", 2);
    f.at(2s);
    f.record("a", 3);
    f.bookmark("a", 3);
    CHECK(f.told() == "a:2 a:3");
    REQUIRE(f.run().deadline());
    CHECK(*f.run().deadline() == f.start + 10s);
    f.run().on_deadline(f.start + 9s);
    CHECK(f.told().empty());
    f.run().on_deadline(f.start + 10s);
    CHECK(f.told() == R"(STATE(a,{"at":3},2))");
    f.at(11s);
    f.record("a", 4);
    f.bookmark("a", 4);
    f.finish_failed("killed");
    CHECK(f.told() == R"(a:4 STATE(a,{"at":4},1) INCOMPLETE(a) ERROR(killed))");
}

TEST_CASE("Run sends a state only for streams that moved")
{
    Fixture f({"+a", "+b", "c"});
    f.options.state_interval = 0s;
    f.record("a", 1);
    f.bookmark("a", 1);
    f.told();
    f.feed(R"({"type":"STATE","value":{"bookmarks":{"a":{"at":1},"b":{"at":5}}}})");
    CHECK(f.told() == R"(STARTED(b) STATE(b,{"at":5},0))");
    f.record("c", 1);
    f.feed(R"({"type":"STATE","value":{"bookmarks":{"a":{"at":1},"b":{"at":5}}}})");
    CHECK(f.told() == "STARTED(c) RUNNING(c) c:1 STATE(c,-,1)");
}

TEST_CASE("Run gives every stream a final state, all with one sequence")
{
    Fixture f({"+a", "b"});
    f.feed(k_schema_a);
    f.feed(schema("b"));
    f.finish_clean();
    const std::string out = f.out;
    CHECK(f.told() == "STARTED(a) STARTED(b) STATE(a,-,0) STATE(b,-,0) COMPLETE(a) COMPLETE(b)");
    CHECK(out.find("\"sequence\":1") != out.rfind("\"sequence\":1"));
}

TEST_CASE("Run counts no empty record and warns of it once")
{
    Fixture f({"a"});
    f.feed(R"({"type":"RECORD","stream":"a","record":{}})");
    f.feed(R"({"type":"RECORD","stream":"a","record":{ }})");
    f.record("a", 1);
    f.finish_clean();
    CHECK(f.told() == "STARTED(a) RUNNING(a) a:1 STATE(a,-,1) COMPLETE(a)");
    CHECK(f.log.warnings.size() == 1);
}

TEST_CASE("Run drops records of an unselected stream, with one warning")
{
    Fixture f({"a"}, "", {"b"});
    f.record("b", 1);
    f.record("b", 2);
    f.record("a", 1);
    f.finish_clean();
    CHECK(f.told() == "STARTED(a) RUNNING(a) a:1 STATE(a,-,1) COMPLETE(a)");
    CHECK(f.log.warnings.size() == 1);
    CHECK_FALSE(f.read().failed());
}

TEST_CASE("Run ends where an unexplained name may be a renamed stream")
{
    Fixture f({"a"});
    f.record("renamed_a", 1);
    CHECK(f.run().wants_stop());
    f.record("a", 1); // what still comes is not forwarded
    f.run().finish({});
    CHECK(f.told() == "STARTED(a) INCOMPLETE(a) ERROR(The tap sends records under the name \"re)");
    CHECK(f.read().failed());
}

TEST_CASE("Run drops an unexplained name once all selected streams have sent records")
{
    Fixture f({"a"});
    f.record("a", 1);
    f.record("extra", 1);
    f.finish_clean();
    CHECK(f.told() == "STARTED(a) RUNNING(a) a:1 STATE(a,-,1) COMPLETE(a)");
}

TEST_CASE("Run takes an unexplained name for unselected where the catalog is not complete")
{
    Fixture f({"a"});
    f.options.catalog_is_complete = false;
    f.record("other", 1);
    CHECK_FALSE(f.run().wants_stop());
}

TEST_CASE("Run sends no state after damage, but the one before it, and fails")
{
    Fixture f({"+a"});
    f.options.state_interval = 1h;
    f.record("a", 1);
    f.bookmark("a", 1);
    f.record("a", 2);
    f.bookmark("a", 2);
    f.told();
    f.feed(R"({"type":"RECORD","stream":"a","record":{"id":3)");
    CHECK(f.told() == R"(STATE(a,{"at":2},1))");
    f.record("a", 4);
    f.bookmark("a", 4);
    f.finish_clean();
    CHECK(f.told() == "a:4 INCOMPLETE(a) ERROR(A message of the tap is damaged, so a re)");
    CHECK(f.read().failed());
}

TEST_CASE("Run warns once of a schema that changes, and not of one that is only written anew")
{
    const auto sent = [](const std::string& schema) {
        return R"({"type":"SCHEMA","stream":"a","key_properties":[],"schema":)" + schema + "}";
    };
    const std::string first =
        R"({"type":["null","object"],"properties":{"type":{"type":["null","string"]},)"
        R"("more":{"items":{"type":["integer","null"]},"maximum":1.10}}})";
    const std::string anew =
        R"({"properties":{"more":{"maximum":1.10,"items":{"type":["null","integer"]}},)"
        R"("type":{"type":["string","null"]}},"type":["object","null"]})";
    Fixture f({"a"});
    for (int i = 0; i < 3; ++i) {
        f.feed(sent(first));
        f.feed(sent(anew));
    }
    CHECK(f.log.warnings.empty());
    SECTION("a type is new")
    {
        f.feed(sent(
            R"({"type":["null","object"],"properties":{"type":{"type":["null","string","integer"]},)"
            R"("more":{"items":{"type":["integer","null"]},"maximum":1.10}}})"));
        REQUIRE(f.log.warnings.size() == 1);
        CHECK(f.log.warnings[0].find("(the definition of its columns)") != std::string::npos);
    }
    SECTION("a column is new")
    {
        f.feed(sent(R"({"type":"object","properties":{"type":{},"more":{},"new":{}}})"));
        f.feed(sent(first));
        f.feed(sent(R"({"type":"object","properties":{}})"));
        REQUIRE(f.log.warnings.size() == 1);
        CHECK(f.log.warnings[0].find("(new: new)") != std::string::npos);
    }
    SECTION("the order of another list matters, and so does a digit")
    {
        f.feed(sent(R"({"type":["null","object"],"properties":{"type":{"type":["null","string"]},)"
                    R"("more":{"items":{"type":["integer","null"]},"maximum":1.1}}})"));
        CHECK(f.log.warnings.size() == 1);
    }
}

TEST_CASE("Run takes a million schemas that are only written anew in its stride")
{
    std::string columns;
    for (int i = 0; i < 100; ++i) {
        columns += (i == 0 ? "\"" : ",\"") + std::to_string(i) + R"(":{"type":["null","string"]})";
    }
    const std::string before =
        R"({"type":"SCHEMA","stream":"a","key_properties":[],"schema":{"properties":{)" + columns +
        "}";
    Fixture f({"a"});
    const auto start = std::chrono::steady_clock::now();
    for (int i = 0; i < 2000; ++i) {
        f.feed(before + R"(,"type":["null","object"]}})");
        f.feed(before + R"(,"type":["object","null"]}})");
    }
    CHECK(f.log.warnings.empty());
    CHECK(std::chrono::steady_clock::now() - start < 3s);
}

TEST_CASE("Run survives noise")
{
    Fixture f({"a"});
    for (const char* line : {"hello", "", "   ", "42", "null", "[1]", R"({"a":1})", "\x01\xff"}) {
        f.feed(line);
    }
    f.record("a", 1);
    f.finish_clean();
    CHECK(f.told() == "STARTED(a) RUNNING(a) a:1 STATE(a,-,1) COMPLETE(a)");
    CHECK_FALSE(f.read().failed());
}

TEST_CASE("Run fails on BATCH and names the setting")
{
    Fixture f({"a"});
    f.feed(R"({"type":"BATCH","stream":"a","encoding":{},"manifest":[]})");
    CHECK(f.run().wants_stop());
    f.run().finish({});
    CHECK(f.out.find("batch_config") != std::string::npos);
    CHECK(f.out.find("config_error") != std::string::npos);
}

TEST_CASE("Run fails a tap that ends well without a word")
{
    Fixture f({"+a"});
    f.finish_clean();
    CHECK(f.told() == "STARTED(a) INCOMPLETE(a) ERROR(The tap ended with exit status 0 but sen)");
}

TEST_CASE("Run lets an incremental tap with a state be silent")
{
    Fixture f({"+a"}, R"([{"type":"STREAM","stream":{"stream_descriptor":{"name":"a"},
        "stream_state":{"bookmark":{"at":7},"shared":{"bookmarks":{}},"sequence":4}}}])");
    f.finish_clean();
    CHECK(f.out.find("\"sequence\":5") != std::string::npos);
    CHECK(f.told() == R"(STARTED(a) STATE(a,{"at":7},0) COMPLETE(a))");
    CHECK_FALSE(f.read().failed());
}

TEST_CASE("Run fails a full refresh that never appeared, and only that")
{
    Fixture f({"a", "b", "+c"});
    f.record("a", 1);
    f.finish_clean();
    CHECK(f.told() ==
          "STARTED(a) RUNNING(a) a:1 STARTED(b) INCOMPLETE(b) ERROR(The tap sent nothing of "
          "stream \"b\", not ) STATE(a,-,1) STARTED(c) STATE(c,-,0) COMPLETE(a) COMPLETE(c)");
    CHECK(f.read().failed());
}

TEST_CASE("Run takes a bookmark in the last state for an appearance")
{
    Fixture f({"a", "b"});
    f.record("a", 1);
    f.feed(R"({"type":"STATE","value":{"bookmarks":{"b":{}}}})");
    f.finish_clean();
    CHECK_FALSE(f.read().failed());
}

TEST_CASE("Run separates streams that share a name before anything is out")
{
    Fixture f({});
    f.add("shop-orders", false, "orders");
    f.add("archive-orders", false, "orders");
    f.add("users", false);
    f.feed(schema("orders"));
    CHECK(f.run().wants_stop());
    f.record("orders", 1);
    f.run().finish({});
    CHECK(f.told().empty());

    f.next_run();
    f.record("orders", 1);
    f.record("users", 1);
    f.finish_clean();
    CHECK(f.told() ==
          "STARTED(shop-orders) RUNNING(shop-orders) shop-orders:1 STARTED(users) RUNNING(users) "
          "users:1 STATE(shop-orders,-,1) STATE(users,-,1) COMPLETE(shop-orders) COMPLETE(users)");
    f.next_run();
    f.record("orders", 2);
    f.finish_clean();
    CHECK(f.told() == "STARTED(archive-orders) RUNNING(archive-orders) archive-orders:2 "
                      "STATE(archive-orders,-,1) COMPLETE(archive-orders)");
    CHECK(f.read().take_next_run().empty());
    CHECK_FALSE(f.read().failed());
}

TEST_CASE("Run goes on without streams that share a name once others are out")
{
    Fixture f({});
    f.add("users", false);
    f.add("shop-orders", false, "orders");
    f.add("archive-orders", false, "orders");
    f.record("users", 1);
    f.feed(schema("orders"));
    CHECK_FALSE(f.run().wants_stop());
    f.record("orders", 1);
    f.record("users", 2);
    f.finish_clean();
    CHECK(f.told() ==
          "STARTED(users) RUNNING(users) users:1 users:2 STATE(users,-,2) COMPLETE(users)");
    f.next_run();
    f.record("orders", 1);
    f.finish_clean();
    f.next_run();
    f.record("orders", 2);
    f.finish_clean();
    CHECK(f.told().find("shop-orders:1 ") != std::string::npos);
    CHECK_FALSE(f.read().failed());
}

TEST_CASE("Run warns once of a schema that changes, and names what is new")
{
    Fixture f({"a"});
    f.feed(schema("a"));
    f.feed(schema("a"));
    CHECK(f.log.warnings.empty());
    f.feed(schema("a", "fresh"));
    f.feed(schema("a", "fresher"));
    REQUIRE(f.log.warnings.size() == 1);
    CHECK(f.log.warnings[0].find("new: fresh; gone: id") != std::string::npos);
}

TEST_CASE("Run limits the length of a line")
{
    Fixture f({"a"});
    f.record("a", 1);
    f.run().line_too_long(std::size_t{256} << 20);
    CHECK(f.run().wants_stop());
    f.run().finish({});
    CHECK(f.out.find("Line 2 of the tap's output is longer than 256 MiB") != std::string::npos);
    CHECK(f.read().failed());
}

TEST_CASE("Run redacts what it quotes before it cuts it")
{
    Fixture f({"a"});
    f.redactor.add("hunter2secret");
    f.feed(std::string(292, 'x') + "hunter2secret");
    f.feed(R"({"type":"RECORD","stream":"a","record":{"a":")" + std::string(48, 'x') +
           "hunter2secret");
    f.finish_clean();
    REQUIRE(f.log.warnings.size() >= 2);
    for (const std::string& warning : f.log.warnings) {
        CHECK(warning.find("hunt") == std::string::npos);
    }
    CHECK(f.out.find("hunt") == std::string::npos);
}

TEST_CASE("Run tells only so many unselected names apart")
{
    Fixture f({"a"});
    f.record("a", 1);
    for (int i = 0; i < 3000; ++i) {
        f.record("stranger" + std::to_string(i), i);
    }
    f.record("a", 2);
    f.finish_clean();
    CHECK(f.told() == "STARTED(a) RUNNING(a) a:1 a:2 STATE(a,-,2) COMPLETE(a)");
    CHECK(f.log.warnings.size() <= 1001);
}

TEST_CASE("Read ends what nobody has ended, and names streams that the tap does not have")
{
    Fixture f({"a"});
    f.record("a", 1);
    f.run().finish({}); // a signal ended us: nobody is to blame
    CHECK(f.told() == "STARTED(a) RUNNING(a) a:1 INCOMPLETE(a)");
    f.read().finish();
    CHECK(f.told().empty());
    CHECK_FALSE(f.read().failed());
}
