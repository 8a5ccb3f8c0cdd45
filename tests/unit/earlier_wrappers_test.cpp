// Every Singer tap that Airbyte once wrapped in a connector by a Python class of its own, as an
// adapter. earlier_wrappers/<connector> holds adapter.yaml and pairs of user-N.json (what a user
// sets) and tap-N.json (what the tap is given, byte for byte). Left out of these: the report files
// that googleanalytics merged, the look at manager accounts of google-adwords, and the vendors'
// own clients by which the wrappers checked a connection.
#include "adapter/adapter_file.h"
#include "adapter/setting_path.h"
#include "mapping_fixture.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

using namespace mapping_fixture;
using translate::Modes;

namespace {

namespace fs = std::filesystem;

const fs::path k_folder = TAPBRIDGE_EARLIER_WRAPPERS;

std::string content(const fs::path& path)
{
    std::ifstream file(path, std::ios::binary);
    INFO(path);
    REQUIRE(file);
    return {std::istreambuf_iterator<char>(file), {}};
}

AdapterFile adapter_of(const std::string& connector)
{
    return read_adapter_file(content(k_folder / connector / "adapter.yaml"),
                             connector + "/adapter.yaml");
}

std::vector<std::string> connectors()
{
    std::vector<std::string> names;
    for (const fs::directory_entry& entry : fs::directory_iterator(k_folder))
        names.push_back(entry.path().filename());
    std::sort(names.begin(), names.end());
    return names;
}

// What the tap is given: its config file as it is written.
std::string given(const AdapterFile& file, const Value& user)
{
    return file.adapter.config ? mapped(*file.adapter.config, user).config.text(true)
                               : user.text(true);
}

// "--properties --state": how the tap gets catalog and state.
std::string flags(const TapCall& tap)
{
    std::string result = tap.from_sync ? "from_sync" : "";
    for (const std::string& flag : tap.catalog_flags.value_or(std::vector<std::string>{"?"}))
        result += ' ' + flag;
    result += ' ' + tap.state_flag.value_or("?");
    return std::string(text::trim(result));
}

// The streams that are offered so.
template <class Predicate>
std::vector<std::string> streams(const AdapterFile& file, Predicate predicate)
{
    std::vector<std::string> names;
    for (const NamedStreamRule& stream : file.streams) {
        if (predicate(stream.rule))
            names.push_back(stream.pattern);
    }
    return names;
}

std::vector<std::string> with_modes(const std::string& connector, Modes modes)
{
    return streams(adapter_of(connector),
                   [modes](const translate::StreamRule& rule) { return rule.modes == modes; });
}

using Names = std::vector<std::string>;

} // namespace

TEST_CASE("the tap of every earlier wrapper is given what the wrapper gave it")
{
    REQUIRE(connectors().size() == 25);
    for (const std::string& connector : connectors()) {
        INFO(connector);
        const AdapterFile file = adapter_of(connector);
        CHECK(file.adapter.name == "source-" + connector + "-singer");
        CHECK(file.adapter.tap.command.size() == 1);
        int pairs = 0;
        for (;; ++pairs) {
            const std::string number = std::to_string(pairs + 1) + ".json";
            if (!fs::exists(k_folder / connector / ("user-" + number)))
                break;
            const Value user = parsed(content(k_folder / connector / ("user-" + number)));
            INFO(number);
            CHECK(given(file, user) + '\n' == content(k_folder / connector / ("tap-" + number)));
        }
        CHECK(pairs > 0);
    }
}

TEST_CASE("the tap of every earlier wrapper is called as the wrapper called it")
{
    const std::map<std::string, Names> expected{
        {"--properties --state",
         {"appsflyer", "appstore", "github", "google-adwords", "hubspot", "marketo", "postgres",
          "quickbooks", "salesforce", "sf-marketingcloud"}},
        {"--catalog --state",
         {"gitlab", "google-search-console", "googleanalytics", "intercom", "kustomer", "mixpanel",
          "shopify", "slack", "stripe", "twilio", "zendesk-support", "zoom"}},
        {"-p", {"facebook-marketing-api"}},
        {"from_sync --state", {"exchangeratesapi"}},
        {"from_sync -p --state", {"braintree"}}};
    std::map<std::string, Names> actual;
    for (const std::string& connector : connectors())
        actual[flags(adapter_of(connector).adapter.tap)].push_back(connector);
    CHECK(actual == expected);

    // Withheld, not left to what the tap's --help says.
    CHECK(adapter_of("facebook-marketing-api").adapter.tap.state_flag == "");
    CHECK(adapter_of("exchangeratesapi").adapter.tap.catalog_flags == Names{});
    CHECK(adapter_of("postgres").adapter.tap.environment ==
          std::vector<std::pair<std::string, std::string>>{{"PGCLIENTENCODING", "UTF8"}});
}

TEST_CASE("the streams of every earlier wrapper are offered as the wrapper offered them")
{
    CHECK(with_modes("github", Modes::both).size() == 12); // 13 with collaborators, named twice
    CHECK(with_modes("github", Modes::full_refresh) ==
          Names{"assignees", "collaborators", "reviews", "releases"});
    CHECK(streams(adapter_of("github"),
                  [](const translate::StreamRule& rule) { return rule.exclude == true; }) ==
          Names{"review_comments", "review", "project_columns", "project_cards", "team_memberships",
                "team_members", "pr_commits", "pull_request_reviews"});
    CHECK(with_modes("google-adwords", Modes::both).size() == 18);
    CHECK(with_modes("google-adwords", Modes::full_refresh).size() == 8);
    CHECK(with_modes("marketo", Modes::both) ==
          Names{"leads", "activities_*", "campaigns", "lists", "programs"});
    CHECK(with_modes("appstore", Modes::both).size() == 4);
    CHECK(with_modes("braintree", Modes::both) == Names{"transactions"});
    for (const char* const connector : {"braintree", "facebook-marketing-api", "zoom"})
        CHECK(with_modes(connector, Modes::full_refresh) == Names{"*"});

    const AdapterFile rates = adapter_of("exchangeratesapi");
    REQUIRE(rates.streams.size() == 1);
    CHECK(rates.streams[0].pattern == "exchange_rate");
    CHECK(rates.streams[0].rule.cursor == "date");

    const AdapterFile shopify = adapter_of("shopify");
    REQUIRE(shopify.streams.size() == 1);
    CHECK(shopify.streams[0].pattern == "metafields");
    REQUIRE(shopify.streams[0].rule.properties);
    CHECK(shopify.streams[0].rule.properties->text() == R"({"value":{"type":["null","string"]}})");

    for (const char* const connector : {"marketo", "zendesk-support", "facebook-marketing-api"})
        CHECK(adapter_of(connector).adapter.check.by == Check::By::discovery);
    CHECK(adapter_of("appstore").adapter.check.streams ==
          Names{"sales_report", "subscriber_report", "subscription_report"});
}

TEST_CASE("keys of an earlier wrapper's users go into files, whole")
{
    const auto file_of = [](const std::string& connector, const std::string& name) {
        const Value user = parsed(content(k_folder / connector / "user-1.json"));
        return mapped(*adapter_of(connector).adapter.config, user).files.at(name);
    };
    CHECK(file_of("appstore", "key_file.p8") ==
          "-----BEGIN PRIVATE KEY-----\nabc\n-----END PRIVATE KEY-----\n");
    CHECK(parsed(file_of("googleanalytics", "key_file_location.json")).find("type")->as_string() ==
          "service_account");
}

TEST_CASE("a token that an earlier wrapper threw away comes back to its user")
{
    const auto changed = [](const std::string& connector, const std::string& case_number,
                            const std::string& key) {
        const ConfigMapping mapping =
            adapter_of(connector).adapter.config.value_or(ConfigMapping{{}, true});
        const Value user =
            parsed(content(k_folder / connector / ("user-" + case_number + ".json")));
        const Value tap = mapped(mapping, user).config;
        CHECK(map_back(mapping, tap, tap, user) == user);
        Value rotated = tap;
        rotated.set(key, Value::string("rotated"));
        return map_back(mapping, rotated, tap, user);
    };
    CHECK(find_setting(changed("hubspot", "2", "refresh_token"), path("credentials.refresh_token"))
              ->as_string() == "rotated");
    CHECK(changed("quickbooks", "1", "refresh_token").find("refresh_token")->as_string() ==
          "rotated");
    CHECK(changed("salesforce", "1", "refresh_token").find("refresh_token")->as_string() ==
          "rotated");
    CHECK(changed("shopify", "1", "api_key").find("api_password")->as_string() == "rotated");
}
