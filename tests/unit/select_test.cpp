#include "airbyte/configured_catalog.h"
#include "airbyte/error.h"
#include "catch.h"
#include "translate/select.h"
#include "util/text.h"

using namespace tapbridge;
using namespace tapbridge::translate;

namespace {

using Mode = SelectChoices::Mode;
using Value = json::Value;

const std::string k_users =
    R"({"name":"users","namespace":"public","json_schema":{"type":"object","required":["id","note"],)"
    R"("properties":{"id":{"type":"integer","maximum":12345678901234567890},)"
    R"("updated_at":{"type":["null","string"]},"note":{"type":"string","title":"\u00e4\/"},)"
    R"("address":{"type":["null","object"],"properties":{"since":{"type":"string"}}},)"
    R"("a.b":{"type":"string"}}},)"
    R"("supported_sync_modes":["full_refresh","incremental"],"default_cursor_field":["updated_at"],)"
    R"("source_defined_primary_key":[["id"]],"more":1.10})";
const std::string k_files =
    R"({"name":"files","json_schema":{"properties":{"path":{}}},)"
    R"("supported_sync_modes":["full_refresh","incremental"],"source_defined_cursor":true})";
const std::string k_events =
    R"({"name":"events","namespace":null,"json_schema":{"properties":{"at":{"type":"string"},"size":{}}},)"
    R"("supported_sync_modes":["full_refresh","incremental"],"default_cursor_field":null})";
const std::string k_lists =
    R"({"name":"lists","json_schema":{"properties":{"id":{}}},"supported_sync_modes":["full_refresh"]})";
const std::string k_catalog =
    R"({"streams":[)" + k_users + "," + k_files + "," + k_events + "," + k_lists + "]}";

std::vector<OfferedStream> offered(const std::string& text = k_catalog)
{
    return read_discovered_catalog(text, "discovered.json");
}

// "name mode destination cursor" of each.
std::string selected(const SelectChoices& choices)
{
    std::string result;
    const Value catalog = configured_catalog(offered(), choices);
    for (const Value& entry : catalog.find("streams")->items()) {
        result += (result.empty() ? "" : "; ") + entry.find("stream")->find("name")->as_string() +
                  " " + entry.find("sync_mode")->as_string() + " " +
                  entry.find("destination_sync_mode")->as_string();
        if (const Value* cursor = entry.find("cursor_field"))
            result += " " + cursor->text();
    }
    return result;
}

template <class Action>
std::string refusal_of(const Action& action)
{
    try {
        action();
    } catch (const airbyte::ErrorException& error) {
        CHECK(error.error().failure_type == airbyte::FailureType::config_error);
        return error.what();
    }
    return "accepted";
}

std::string refusal(const SelectChoices& choices)
{
    return refusal_of([&] { configured_catalog(offered(), choices); });
}

std::string reading(const std::string& text)
{
    return refusal_of([&] { read_discovered_catalog(text, "d.json"); });
}

} // namespace

TEST_CASE("read_discovered_catalog: however it was saved")
{
    const std::string message = R"({"type":"CATALOG","catalog":)" + k_catalog + "}";
    const std::string log = R"({"type":"LOG","log":{"level":"INFO","message":"a"}})";
    const std::string pretty =
        "{\n  \"type\": \"CATALOG\",\n  \"catalog\":\n  " + k_catalog + "\n}";
    for (const std::string& text :
         {k_catalog, message, log + "\n" + message + "\n" + log + "\n", log + "\r\n" + message,
          pretty, log + "\n" + pretty + "\n" + log, "Banner {\n" + pretty, "\xEF\xBB\xBF" + message,
          "{\"streams\":\n[" + k_users + "\n]}\nbye"}) {
        INFO(text);
        const std::vector<OfferedStream> streams = offered(text);
        CHECK(streams.front().shown == "public.users");
        CHECK(streams.front().stream.text() == k_users);
    }
    const std::vector<OfferedStream> streams = offered();
    REQUIRE(streams.size() == 4);
    CHECK(streams[0].cursor == std::vector<std::string>{"updated_at"});
    CHECK(streams[0].primary_key == std::vector<std::vector<std::string>>{{"id"}});
    CHECK_FALSE(streams[0].own_cursor);
    CHECK(streams[1].own_cursor);
    CHECK(streams[2].cursor.empty());
    CHECK_FALSE(streams[3].incremental);
}

TEST_CASE("read_discovered_catalog: a stream with a field called catalog is no message")
{
    const std::string tricky =
        R"({"name":"x","json_schema":{"properties":{"catalog":{"streams":[]},"streams":{}}},)"
        R"("supported_sync_modes":["full_refresh"]})";
    CHECK(offered(R"({"streams":[)" + tricky + "]}").front().name == "x");
    CHECK(offered("noise\n{\"streams\":\n[" + tricky + "]}").front().name == "x");
}

TEST_CASE("read_discovered_catalog: what is none says what it is")
{
    const std::string remedy = R"( Give the output of "tapbridge discover".)";
    CHECK(reading("") == "Catalog d.json: it is empty." + remedy);
    CHECK(reading("hello") == "Catalog d.json: it holds no catalog." + remedy);
    CHECK(reading("[1]") == "Catalog d.json: it holds no catalog." + remedy);
    CHECK(reading(R"({"streams":[]})") == "Catalog d.json: it holds no stream." + remedy);
    const std::string one = R"({"type":"CATALOG","catalog":{"streams":[{"name":"a"}]}})";
    CHECK(reading(one + "\n" + one) == "Catalog d.json: it holds two catalogs." + remedy);
    CHECK(reading(R"({"streams":[{"name":"a"},{"name":"a","namespace":""}]})") ==
          "Catalog d.json: streams[1] is stream \"a\", which stands before it already." + remedy);
    CHECK(reading(R"({"streams":[{"stream":{"name":"a"},"sync_mode":"full_refresh"}]})") ==
          "Catalog d.json: it is a configured catalog already." + remedy);
    CHECK(reading(R"({"streams":[{"stream":"a","tap_stream_id":"a"}]})") ==
          "Catalog d.json: it is the tap's own catalog, not Airbyte's." + remedy);
    CHECK(reading(R"({"streams":[1]})") == "Catalog d.json: streams[0].name is missing." + remedy);
    CHECK(
        reading(R"({"type":"TRACE","trace":{"type":"ERROR","error":{"message":"Wrong token"}}})") ==
        "Catalog d.json: it holds an error in place of a catalog: Wrong token." + remedy);
}

TEST_CASE("configured_catalog: the whole, verbatim")
{
    SelectChoices choices;
    choices.streams = {"users"};
    const Value catalog = configured_catalog(offered(), choices);
    const std::string text = catalog_text(catalog);
    CHECK(text == "{\"streams\":[\n{\"stream\":" + k_users +
                      R"(,"sync_mode":"incremental","destination_sync_mode":"append_dedup",)"
                      R"("cursor_field":["updated_at"],"primary_key":[["id"]]})"
                      "\n]}\n");
    const airbyte::ConfiguredCatalog read = airbyte::read_configured_catalog(text, "c.json");
    REQUIRE(read.streams.size() == 1);
    CHECK(read.streams.front().incremental);
    CHECK(read.streams.front().primary_key == std::vector<std::vector<std::string>>{{"id"}});
}

TEST_CASE("configured_catalog: modes")
{
    SelectChoices choices;
    CHECK(selected(choices) == "users incremental append_dedup [\"updated_at\"]; "
                               "files incremental append; events full_refresh overwrite; "
                               "lists full_refresh overwrite");
    choices.cursors = {{"events", "at"}};
    CHECK(selected(choices) == "users incremental append_dedup [\"updated_at\"]; "
                               "files incremental append; events incremental append [\"at\"]; "
                               "lists full_refresh overwrite");
    choices.cursors.clear();
    choices.mode = Mode::full_refresh;
    CHECK(selected(choices) == "users full_refresh overwrite; files full_refresh overwrite; "
                               "events full_refresh overwrite; lists full_refresh overwrite");
    choices.mode = Mode::incremental;
    choices.streams = {"files", "users"};
    CHECK(selected(choices) ==
          "users incremental append_dedup [\"updated_at\"]; files incremental append");
}

TEST_CASE("configured_catalog: streams by name, namespace and glob")
{
    const auto names = [](std::vector<std::string> words) {
        SelectChoices choices;
        choices.mode = Mode::full_refresh;
        choices.streams = std::move(words);
        return text::replace_all(selected(choices), " full_refresh overwrite", "");
    };
    CHECK(names({"public.users"}) == "users");
    CHECK(names({"public.*"}) == "users");
    CHECK(names({"*s", "users"}) == "users; files; events; lists");
    CHECK(names({"?i*"}) == "files; lists");
    SelectChoices choices;
    choices.streams = {"user"};
    CHECK(refusal(choices) == R"(The catalog has no stream "user". Did you mean "users"? )"
                              R"("tapbridge select --list" shows the streams.)");
    choices.streams = {"z*"};
    CHECK(refusal(choices) ==
          R"(The catalog has no stream "z*". "tapbridge select --list" shows the streams.)");
}

TEST_CASE("configured_catalog: a name counts before a glob, and may be that of two tables")
{
    const std::string star = R"({"name":"a*","json_schema":{},"supported_sync_modes":[]})";
    const std::string other = R"({"name":"ab","json_schema":{},"supported_sync_modes":[]})";
    const std::string left = R"({"name":"ab","namespace":"x","json_schema":{}})";
    const std::vector<OfferedStream> streams =
        offered(R"({"streams":[)" + star + "," + other + "," + left + "]}");
    SelectChoices choices;
    const auto count = [&](const std::string& word) {
        choices.streams = {word};
        return configured_catalog(streams, choices).find("streams")->items().size();
    };
    CHECK(count("a*") == 1);
    CHECK(count("ab") == 2);
    CHECK(count("x.ab") == 1);
    CHECK(count("*") == 3);
}

TEST_CASE("configured_catalog: cursors")
{
    SelectChoices choices;
    choices.streams = {"users"};
    const auto with = [&](const std::string& stream, const std::string& field) {
        choices.cursors = {{stream, field}};
        return choices;
    };
    CHECK(selected(with("users", "address.since")) ==
          R"(users incremental append_dedup ["address","since"])");
    CHECK(selected(with("public.users", "a.b")) == R"(users incremental append_dedup ["a.b"])");
    CHECK(refusal(with("users", "update_at")) ==
          R"(Stream "public.users" has no field "update_at". Did you mean "updated_at"?)");
    CHECK(refusal(with("users", "address.sinse")) ==
          R"(Stream "public.users" has no field "address.sinse". Did you mean "address.since"?)");
    CHECK(refusal(with("users", "adress.since")) ==
          R"(Stream "public.users" has no field "adress.since". Did you mean "address.since"?)");
    CHECK(refusal(with("users", "q")) == R"(Stream "public.users" has no field "q". )"
                                         R"(Fields of "public.users": id, updated_at, note, a.b.)");
    CHECK(refusal(with("users", "address")) ==
          R"(Field "address" of stream "public.users" holds objects or lists and cannot be a )"
          R"(cursor. Fields of "public.users": id, updated_at, note, a.b.)");
    CHECK(refusal(with("files", "path")) ==
          R"(--cursor files=path: "files" is not among the selected streams. Select it, or leave )"
          "--cursor out.");
    choices.streams.clear();
    CHECK(refusal(with("files", "path")) == R"(Stream "files" keeps its position by itself and )"
                                            "takes no other cursor. Leave out --cursor for it.");
    CHECK(refusal(with("lists", "id")) ==
          R"(Stream "lists" cannot be read incrementally, so it takes no cursor. Leave out )"
          "--cursor for it.");
    CHECK(selected(with("*", "at")).find("events incremental append [\"at\"]") !=
          std::string::npos);
    CHECK(refusal(with("*", "nowhere")) ==
          R"(No stream that fits "*" can take the cursor "nowhere". "tapbridge select --list" )"
          "shows the streams.");
    choices.mode = Mode::full_refresh;
    CHECK(refusal(with("users", "id")) ==
          "A full refresh has no cursor. Leave out --cursor or --full-refresh.");
}

TEST_CASE("configured_catalog: incremental where it cannot be")
{
    SelectChoices choices;
    choices.mode = Mode::incremental;
    CHECK(refusal(choices) ==
          R"(This stream cannot be read incrementally: "lists". Select others, )"
          "or leave out --incremental: what cannot be read incrementally is "
          "then read in full.");
    choices.streams = {"events", "users"};
    CHECK(refusal(choices) == R"(This stream needs a cursor: "events". Add --cursor STREAM=FIELD. )"
                              R"(Fields of "events": at, size.)");
}

TEST_CASE("configured_catalog: fields left out")
{
    SelectChoices choices;
    choices.streams = {"users"};
    const auto without = [&](const std::string& field) {
        choices.excluded_fields = {{"users", field}};
        return choices;
    };
    const Value catalog = configured_catalog(offered(), without("note"));
    const Value& schema =
        *catalog.find("streams")->items().front().find("stream")->find("json_schema");
    CHECK(schema.find("properties")->find("note") == nullptr);
    CHECK(schema.find("properties")->find("id")->text() ==
          R"({"type":"integer","maximum":12345678901234567890})");
    CHECK(schema.find("required")->text() == R"(["id"])");

    CHECK(refusal(without("id")) == R"(Field "id" of stream "public.users" is its primary key and )"
                                    "has to stay. Leave it out of --exclude-field.");
    CHECK(refusal(without("updated_at")) ==
          R"(Field "updated_at" of stream "public.users" is its cursor and has to stay. Leave it )"
          "out of --exclude-field.");
    CHECK(refusal(without("noet")) ==
          R"(Stream "public.users" has no field "noet". Did you mean "note"?)");
    CHECK(refusal(without("address.since")) ==
          R"(Field "address.since" of stream "public.users" is part of another one. Only whole )"
          R"(fields can be left out: "address".)");
    choices.mode = Mode::full_refresh;
    CHECK(refusal(without("updated_at")) == "accepted");

    choices.streams = {};
    choices.excluded_fields = {{"lists", "id"}};
    CHECK(refusal(choices) == R"(Stream "lists" would be left without any field. Leave the stream )"
                              "out, or keep one of its fields.");
    choices.excluded_fields = {{"*", "size"}};
    CHECK(refusal(choices) == "accepted");
    choices.excluded_fields = {{"*", "sizes"}};
    CHECK(refusal(choices) == R"(No stream that fits "*" has a field "sizes". )"
                              R"("tapbridge select --list" shows the streams.)");
}

TEST_CASE("stream_table: aligned, and safe for a terminal")
{
    CHECK(stream_table(offered(), {}) ==
          "STREAM        MODES                      KEY  CURSOR\n"
          "public.users  full_refresh, incremental  id   updated_at (or --cursor)\n"
          "files         full_refresh, incremental  -    the tap's own\n"
          "events        full_refresh, incremental  -    to be chosen: --cursor\n"
          "lists         full_refresh               -    -\n");
    const std::vector<OfferedStream> odd =
        offered(R"({"streams":[{"name":"\u001b[31m","supported_sync_modes":["incremental"],)"
                R"("source_defined_cursor":true,"default_cursor_field":["at"],)"
                R"("source_defined_primary_key":[["a"],["b","c"]]},{"name":"\u00e4\u00f6"}]})");
    CHECK(stream_table(odd, {}) == "STREAM  MODES                      KEY     CURSOR\n"
                                   "?[31m   full_refresh, incremental  a, b.c  at (fixed)\n"
                                   "\xC3\xA4\xC3\xB6      full_refresh               -       -\n");
    CHECK(stream_table(odd, {"\x1B[31m"}).find("\xC3\xA4") == std::string::npos);
}
