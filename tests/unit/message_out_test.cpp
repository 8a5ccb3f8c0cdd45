#include "airbyte/message.h"
#include "catch.h"

#include <boost/json.hpp>

#include <random>

using namespace tapbridge;
using namespace tapbridge::airbyte;

namespace {

// The one line that `append` gives, checked to be one JSON object on one line in valid UTF-8.
template <typename Append>
boost::json::object parsed(Append append)
{
    std::string out = "before\n";
    append(out);
    REQUIRE(out.substr(0, 7) == "before\n");
    const std::string line = out.substr(7);
    REQUIRE(line.find('\n') == line.size() - 1);
    for (const char c : line.substr(0, line.size() - 1))
        REQUIRE(static_cast<unsigned char>(c) >= 0x20);
    for (const std::string breaker : {"\xC2\x85", "\xE2\x80\xA8", "\xE2\x80\xA9"})
        REQUIRE(line.find(breaker) == std::string::npos);
    boost::json::parse_options options; // strict, valid UTF-8 only
    options.max_depth = 1100;
    return boost::json::parse(line, {}, options).as_object();
}

const StreamDescriptor k_plain{"orders", {}};
const StreamDescriptor k_full{"or\"ders", "shop"};

} // namespace

TEST_CASE("append_log composes a LOG")
{
    std::string out;
    append_log(out, Level::info, "hello \"you\"\n", {});
    CHECK(out == R"({"type":"LOG","log":{"level":"INFO","message":"hello \"you\"\n"}})"
                 "\n");
    out.clear();
    append_log(out, Level::error, "no", "Traceback\n  x");
    CHECK(out ==
          R"({"type":"LOG","log":{"level":"ERROR","message":"no","stack_trace":"Traceback\n  x"}})"
          "\n");

    const std::pair<Level, const char*> levels[] = {
        {Level::trace, "TRACE"}, {Level::debug, "DEBUG"}, {Level::info, "INFO"},
        {Level::warn, "WARN"},   {Level::error, "ERROR"}, {Level::fatal, "FATAL"}};
    for (const auto& [level, name] : levels)
        CHECK(parsed([&, l = level](std::string& o) { append_log(o, l, "", ""); })["log"].at(
                  "level") == name);
}

TEST_CASE("append_error composes a TRACE ERROR")
{
    std::string out;
    append_error(out, {FailureType::config_error, "bad", "exit status 1", "trace", k_full},
                 1700000000123);
    CHECK(
        out ==
        R"({"type":"TRACE","trace":{"type":"ERROR","emitted_at":1700000000123,"error":{"message":"bad",)"
        R"("internal_message":"exit status 1","stack_trace":"trace","failure_type":"config_error",)"
        R"("stream_descriptor":{"name":"or\"ders","namespace":"shop"}}}})"
        "\n");
    out.clear();
    append_error(out, {FailureType::transient_error, "slow", {}, {}, {}}, 5);
    CHECK(out ==
          R"({"type":"TRACE","trace":{"type":"ERROR","emitted_at":5,"error":{"message":"slow",)"
          R"("failure_type":"transient_error"}}})"
          "\n");
    out.clear();
    append_error(out, {FailureType::system_error, "", {}, {}, k_plain}, 0);
    CHECK(out == R"({"type":"TRACE","trace":{"type":"ERROR","emitted_at":0,"error":{"message":"",)"
                 R"("failure_type":"system_error","stream_descriptor":{"name":"orders"}}}})"
                 "\n");
}

TEST_CASE("append_stream_status composes a TRACE STREAM_STATUS")
{
    std::string out;
    append_stream_status(out, k_plain, StreamStatus::started, 7);
    CHECK(out ==
          R"({"type":"TRACE","trace":{"type":"STREAM_STATUS","emitted_at":7,"stream_status":)"
          R"({"stream_descriptor":{"name":"orders"},"status":"STARTED"}}})"
          "\n");
    const std::pair<StreamStatus, const char*> all[] = {{StreamStatus::running, "RUNNING"},
                                                        {StreamStatus::complete, "COMPLETE"},
                                                        {StreamStatus::incomplete, "INCOMPLETE"}};
    for (const auto& [status, name] : all) {
        const auto message =
            parsed([&, s = status](std::string& o) { append_stream_status(o, k_full, s, 7); });
        CHECK(message.at("trace").at("stream_status").at("status") == name);
        CHECK(message.at("trace").at("stream_status").at("stream_descriptor").at("namespace") ==
              "shop");
    }
}

TEST_CASE("append_connection_status composes a CONNECTION_STATUS")
{
    std::string out;
    append_connection_status(out, true, {});
    CHECK(out == R"({"type":"CONNECTION_STATUS","connectionStatus":{"status":"SUCCEEDED"}})"
                 "\n");
    out.clear();
    append_connection_status(out, false, "wrong password");
    CHECK(
        out ==
        R"({"type":"CONNECTION_STATUS","connectionStatus":{"status":"FAILED","message":"wrong password"}})"
        "\n");
}

TEST_CASE("append_stream_state composes a STATE with its count")
{
    std::string out;
    append_stream_state(out, k_plain, R"({"bookmark":1.10})", 12);
    CHECK(
        out ==
        R"({"type":"STATE","state":{"type":"STREAM","stream":{"stream_descriptor":{"name":"orders"},)"
        R"("stream_state":{"bookmark":1.10}},"sourceStats":{"recordCount":12.0}}})"
        "\n");
    out.clear();
    append_stream_state(out, {"o", ""}, "{}", 18446744073709551615ULL);
    CHECK(
        out ==
        R"({"type":"STATE","state":{"type":"STREAM","stream":{"stream_descriptor":{"name":"o",)"
        R"("namespace":""},"stream_state":{}},"sourceStats":{"recordCount":18446744073709551615.0}}})"
        "\n");
}

TEST_CASE("append_stream_state mends what no reader could take")
{
    const std::string long_number(1001, '7');
    const std::string state =
        "{\"a\": NaN,\r\n\"b\":[-Infinity,\"\\ud800\"],\"c\":\"\xE2\x80\xA8 \xE2\x80\xA9 "
        "\xC2\x85 \xC3\xA9\",\"d\":" +
        long_number + "}";
    std::string out;
    append_stream_state(out, k_plain, state, 0);
    CHECK(out.find(R"("stream_state":{"a": null,  "b":[null,"\ufffd"],"c":"\u2028 \u2029 \u0085 )"
                   "\xC3\xA9\",\"d\":null}}") != std::string::npos);
    parsed([&](std::string& o) { append_stream_state(o, k_plain, state, 0); });
}

TEST_CASE("append_catalog, append_spec and append_control wrap what they are given")
{
    const auto streams = json::parse(R"([{"name":"a","json_schema":{"maximum":1.10}}])");
    std::string out;
    append_catalog(out, *streams);
    CHECK(
        out ==
        R"({"type":"CATALOG","catalog":{"streams":[{"name":"a","json_schema":{"maximum":1.10}}]}})"
        "\n");

    const auto spec = json::parse("{\"connectionSpecification\":{\"title\":\"\xE2\x80\xA8\"}}");
    out.clear();
    append_spec(out, *spec);
    CHECK(out == R"({"type":"SPEC","spec":{"connectionSpecification":{"title":"\u2028"}}})"
                 "\n");

    const auto config = json::parse(R"({"token":"t","n":12345678901234567890.10})");
    out.clear();
    append_control(out, *config, 9);
    CHECK(
        out ==
        R"({"type":"CONTROL","control":{"type":"CONNECTOR_CONFIG","emitted_at":9,"connectorConfig":)"
        R"({"config":{"token":"t","n":12345678901234567890.10}}}})"
        "\n");
}

TEST_CASE("record_head names the stream, with its namespace where there is one")
{
    CHECK(record_head(k_plain) == R"("stream":"orders")");
    CHECK(record_head(k_full) == R"("stream":"or\"ders","namespace":"shop")");
    CHECK(record_head({"o", ""}) == R"("stream":"o","namespace":"")");
}

TEST_CASE("texts of messages are cut where the platform cuts")
{
    const std::string long_text(200'000, 'x');
    const std::string bad_bytes(200'000, '\xff');
    for (const auto& text : {long_text, bad_bytes}) {
        const auto log = parsed([&](std::string& o) { append_log(o, Level::info, text, text); })
                             .at("log")
                             .as_object();
        CHECK(log.at("message").as_string().size() <= 50'000);
        CHECK(log.at("message").as_string().size() >= 49'990);
        CHECK(log.at("message").as_string().ends_with("..."));
        CHECK(log.at("stack_trace").as_string().size() <= 100'000);
        CHECK(log.at("stack_trace").as_string().size() >= 99'990);
        const auto error =
            parsed([&](std::string& o) {
                append_error(o, {FailureType::system_error, text, text, text, {}}, 1);
            })
                .at("trace")
                .at("error")
                .as_object();
        CHECK(error.at("message").as_string().size() <= 50'000);
        CHECK(error.at("internal_message").as_string().size() <= 50'000);
        CHECK(error.at("stack_trace").as_string().size() <= 100'000);
        const auto status =
            parsed([&](std::string& o) { append_connection_status(o, false, text); });
        CHECK(status.at("connectionStatus").at("message").as_string().size() <= 50'000);
    }
    const std::string grows(40'000, '\xff'); // to three times as much
    CHECK(parsed([&](std::string& o) { append_log(o, Level::info, grows, {}); })
              .at("log")
              .at("message")
              .as_string()
              .size() <= 50'000);
    const std::string fits(50'000, 'x');
    CHECK(parsed([&](std::string& o) { append_log(o, Level::info, fits, {}); })
              .at("log")
              .at("message")
              .as_string() == fits);
}

TEST_CASE("messages are one valid line, whatever bytes come in")
{
    constexpr std::uint64_t k_seed = 4711;
    std::mt19937_64 random(k_seed);
    for (int round = 0; round < 500; ++round) {
        std::string bytes;
        for (std::size_t i = random() % 40; i > 0; --i)
            bytes += random() % 3 == 0 ? std::string("\xE2\x80\xA8")
                                       : std::string(1, static_cast<char>(random() % 256));
        INFO("seed " << k_seed << " round " << round);
        const StreamDescriptor stream{bytes, bytes};
        parsed([&](std::string& o) { append_log(o, Level::warn, bytes, bytes); });
        parsed([&](std::string& o) {
            append_error(o, {FailureType::system_error, bytes, bytes, bytes, stream}, 1);
        });
        parsed([&](std::string& o) { append_stream_status(o, stream, StreamStatus::running, 1); });
        parsed([&](std::string& o) { append_connection_status(o, false, bytes); });
        parsed([&](std::string& o) { append_stream_state(o, stream, "{}", 1); });
        parsed([&](std::string& o) { o += "{" + record_head(stream) + "}\n"; });
    }
}

TEST_CASE("display_name puts the namespace first")
{
    CHECK(display_name(k_plain) == "orders");
    CHECK(display_name({"orders", "shop"}) == "shop.orders");
    CHECK(display_name({"orders", ""}) == "orders");
}

TEST_CASE("throw_config_error and throw_system_error carry both messages")
{
    try {
        throw_config_error("fix it", "inside");
        FAIL("nothing was thrown");
    } catch (const ErrorException& e) {
        CHECK(e.error().failure_type == FailureType::config_error);
        CHECK(e.error().message == "fix it");
        CHECK(e.error().internal_message == "inside");
        CHECK(std::string(e.what()) == "fix it");
        CHECK_FALSE(e.error().stream);
    }
    try {
        throw_system_error("report it");
        FAIL("nothing was thrown");
    } catch (const ErrorException& e) {
        CHECK(e.error().failure_type == FailureType::system_error);
        CHECK(e.error().internal_message.empty());
    }
}
