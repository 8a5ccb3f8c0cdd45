#include "airbyte/redactor.h"
#include "airbyte/secret_name.h"
#include "airbyte/secret_text.h"
#include "catch.h"

#include <algorithm>
#include <ctime>
#include <functional>
#include <random>

using namespace tapbridge;
using airbyte::looks_secret;
using airbyte::Redactor;

namespace {

std::string redact(const std::vector<std::string>& secrets, std::string_view text)
{
    Redactor redactor;
    for (const auto& secret : secrets)
        redactor.add(secret);
    return redactor.redact(text);
}

// As a text of the config is looked through.
std::string redact_parts(std::string_view config_text, std::string_view text, bool named = false)
{
    std::vector<std::string> secrets = airbyte::secrets_within(config_text);
    for (std::string& secret : airbyte::secrets_of_header(config_text, named))
        secrets.push_back(std::move(secret));
    return redact(secrets, text);
}

double seconds_of(const std::function<void()>& action)
{
    const std::clock_t began = std::clock();
    action();
    return static_cast<double>(std::clock() - began) / CLOCKS_PER_SEC;
}

} // namespace

TEST_CASE("looks_secret knows the names that Airbyte's suites ask for")
{
    for (const std::string name : {"client_token",
                                   "access_token",
                                   "api_token",
                                   "token",
                                   "secret",
                                   "client_secret",
                                   "password",
                                   "key",
                                   "service_account_info",
                                   "service_account",
                                   "tenant_id",
                                   "certificate",
                                   "jwt",
                                   "credentials",
                                   "app_id",
                                   "appid",
                                   "refresh_token",
                                   "shop_token",
                                   "web_secret",
                                   "userpassword",
                                   "api_key",
                                   "apikey",
                                   "my_apikey",
                                   "secret_key",
                                   "private_key",
                                   "access_key"}) {
        INFO(name);
        CHECK(looks_secret(name));
    }
}

TEST_CASE("looks_secret knows other names that hold secrets")
{
    for (const std::string name : {"pwd",
                                   "db_pwd",
                                   "passphrase",
                                   "private_key_passphrase",
                                   "pat",
                                   "github_pat",
                                   "auth_token",
                                   "bearer",
                                   "connection_string",
                                   "dsn",
                                   "sqlalchemy_url",
                                   "encryption_key",
                                   "aws_secret_access_key",
                                   "consumer_key",
                                   "ssh_key",
                                   "access_tokens",
                                   "auth",
                                   "Authorization",
                                   "sas",
                                   "sas_token",
                                   "otp",
                                   "token2",
                                   "token_1",
                                   "password_02",
                                   "signature",
                                   "SharedAccessSignature",
                                   "AccountKey",
                                   "private_key_base64",
                                   "session_id",
                                   "sig"}) {
        INFO(name);
        CHECK(looks_secret(name));
    }
}

TEST_CASE("looks_secret sees through spelling and paths")
{
    for (const std::string name :
         {"apiKey", "APIKey", "api-key", "Api Key", "clientSecret", "CLIENT_SECRET",
          "Client-Secret", "refreshToken", "credentials.personal_access_token",
          "ssh_tunnel.private_key", "api___key", "X-Api-Key", "accessToken", "Password", "PAT"}) {
        INFO(name);
        CHECK(looks_secret(name));
    }
}

TEST_CASE("looks_secret leaves other keys and tokens alone")
{
    for (const std::string name : {"",
                                   "primary_key",
                                   "primary_keys",
                                   "replication_key",
                                   "key_properties",
                                   "key_columns",
                                   "table_key_properties",
                                   "table_keys",
                                   "max_token_count",
                                   "max_tokens",
                                   "foreign_key",
                                   "partition_key",
                                   "sort_key",
                                   "public_key",
                                   "keys",
                                   "monkey",
                                   "token_url",
                                   "token_uri",
                                   "token_type",
                                   "password_policy",
                                   "client_id",
                                   "user",
                                   "username",
                                   "host",
                                   "start_date",
                                   "patch",
                                   "path",
                                   "compat",
                                   "keyword",
                                   "private_key_path",
                                   "private_key_file",
                                   "secretary",
                                   "tokenizer",
                                   "certificate_path",
                                   "access",
                                   "_",
                                   "credentials.type",
                                   "credentials_path",
                                   "a.",
                                   "__"}) {
        INFO(name);
        CHECK_FALSE(looks_secret(name));
    }
}

TEST_CASE("Redactor replaces every occurrence")
{
    CHECK(redact({"s3cret"}, "s3cret and s3crets3cret!") == "**** and ********!");
    CHECK(redact({"s3cret"}, "nothing here") == "nothing here");
    CHECK(redact({}, "s3cret") == "s3cret");
    CHECK(redact({"s3cret"}, "") == "");
    CHECK(redact({"s3cret", "s3cret"}, "s3cret") == "****");
}

TEST_CASE("Redactor leaves short values and masks alone")
{
    CHECK(redact({"1", "abc", "", "   "}, "1 abc    x") == "1 abc    x");
    CHECK(redact({"abcd"}, "abcd") == "****");
    CHECK(redact({"**********"}, "a ********** b") == "a ********** b");
}

TEST_CASE("Redactor replaces the longest first")
{
    CHECK(redact({"pass", "password-1"}, "password-1 pass") == "**** ****");
    CHECK(redact({"password-1", "pass"}, "password-1 pass") == "**** ****");
}

TEST_CASE("Redactor finds the forms a secret takes in a log")
{
    const std::string secret = "p@ss/w rd\"1'\\\xc3\xa9+=";
    const std::vector<std::string> forms = {
        secret,
        "p%40ss%2Fw%20rd%221%27%5C%C3%A9%2B%3D", // quote(safe="")
        "p%40ss/w%20rd%221%27%5C%C3%A9%2B%3D",   // quote()
        "p%40ss%2Fw+rd%221%27%5C%C3%A9%2B%3D",   // quote_plus()
        "p%40ss%2fw%20rd%221%27%5c%c3%a9%2b%3d", // lower case
        "p%40ss%2Fw%20rd%221'%5C%C3%A9%2B%3D",   // encodeURIComponent()
        "p@ss/w rd\\\"1'\\\\\xc3\xa9+=",         // JSON
        "p@ss/w rd\\\"1'\\\\\\u00e9+=",          // JSON, ASCII only
        "p@ss/w rd\"1\\'\\\\\xc3\xa9+=",         // repr() of a str
        "p@ss/w rd\"1\\'\\\\\\xc3\\xa9+=",       // repr() of bytes
        "cEBzcy93IHJkIjEnXMOpKz0",               // base64
    };
    for (const auto& form : forms) {
        INFO(form);
        CHECK(redact({secret}, "before " + form + " after") == "before **** after");
    }
    CHECK(redact({"abcdefg"}, "Basic YWJjZGVmZw==") == "Basic ****==");
    CHECK(redact({"\xfb\xff\xfe?>"}, "_-_-Pz4 +/v+Pz4") == "_-_-Pz4 +/v+Pz4"); // is another value
    CHECK(redact({"\xfb\xff\xfe>"}, "-__-Pg +//+Pg") == "**** ****");
}

TEST_CASE("Redactor finds a value without the blanks around it")
{
    CHECK(redact({"s3cret\n"}, "token: s3cret.") == "token: ****.");
    CHECK(redact({"  s3cret"}, "'  s3cret' or 's3cret'") == "'****' or '****'");
}

TEST_CASE("Redactor finds each line of a key")
{
    const std::string key =
        "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkq/+1=\r\nshort\nhkiG9w0BAQEFAASC\n"
        "-----END PRIVATE KEY-----\n";
    CHECK(redact({key}, "line hkiG9w0BAQEFAASC; MIIEvQIBADANBgkq/+1=; short") ==
          "line ****; ****; ****");
    CHECK(redact({key}, "a shorter one, shortly") == "a shorter one, shortly");
    CHECK(redact({key}, "expected -----BEGIN PRIVATE KEY-----") ==
          "expected -----BEGIN PRIVATE KEY-----");
    CHECK(redact({key}, "all: " + key) == "all: ****");
    std::string literal;
    for (const char c : key)
        literal += c == '\n' ? std::string("\\n") : std::string(1, c);
    CHECK(redact({literal}, "x hkiG9w0BAQEFAASC") == "x ****");
}

TEST_CASE("Redactor takes what looks like JSON as it stands")
{
    CHECK(redact({R"({"client_secret":"inner-one"})"}, R"({"client_secret":"inner-one"})") ==
          "****");
    CHECK(redact({"{not json"}, "{not json") == "****");
}

TEST_CASE("Redactor leaves words alone that a plain one is a part of")
{
    CHECK(redact({"postgres"}, "postgresql://admin@localhost with tap_postgres, tap-postgres") ==
          "postgresql://admin@localhost with tap_postgres, tap-postgres");
    CHECK(redact({"postgres"}, "password=postgres 'postgres' %22postgres%22 \\npostgres\\n") ==
          "password=**** '****' %22****%22 \\n****\\n");
    CHECK(redact({"2024"}, "on 2024-01-31 and 20240131, pin 2024") ==
          "on 2024-01-31 and 20240131, pin ****");
    CHECK(redact({"654321"}, "1654321 654321") == "1654321 ****");
    CHECK(redact({"7654321", "passwords"}, "17654321 my_passwords1") == "1**** my_****1");
    CHECK(redact({"at-est"}, "at-estate") == "****ate");
}

TEST_CASE("Redactor leaves words alone that look like base64 of a short secret")
{
    const std::string text = "let them be: reading with the men, \"let them\" b2ur base6YXpl4a2F6Z";
    CHECK(redact({"kaze"}, text) == text);
    CHECK(redact({"kaze"}, "a2F6ZQ== (a2F6ZQ)") == "****== (****)");
}

TEST_CASE("secrets_within: the password of an address")
{
    CHECK(redact_parts("postgresql://me:p%40ss1@db:5432/x", "user me, password p@ss1 or p%40ss1") ==
          "user me, password **** or ****");
    CHECK(redact_parts("mysql://me:p@ss1@db/x", "p@ss1") == "****");
    CHECK(redact_parts("https://host:8080/a@b", "8080/a") == "8080/a");
    CHECK(redact_parts("postgresql://me@database/x", "me@database") == "me@database");
    CHECK(redact_parts("x://me:pass%4@h", "pass%4") == "****");
    CHECK(redact_parts("first http://h/x, then y://me:pass-1@h", "pass-1") == "****");
}

TEST_CASE("secrets_within: headers, connection strings and queries")
{
    CHECK(redact_parts("Server=db;Password=pw-1-2;Uid=me", "db pw-1-2 me") == "db **** me");
    CHECK(redact_parts("https://h/x?page=1&key=k%2B77#f", "k+77 k%2B77 page") == "**** **** page");
    CHECK(redact_parts("host=db password='pw 1 2' user=me", "pw 1 2") == "****");
    CHECK(redact_parts("Accept: text\nX-Api-Key: tok-1\nAuthorization: Bearer tok-2",
                       "tok-1 tok-2") == "**** ****");
    CHECK(redact_parts("{'user': 'me', 'password': 'pw-12'}", "me pw-12") == "me ****");
    CHECK(redact_parts("Cookie: sessionid=abc-123; theme=dark", "abc-123 dark") == "**** dark");
}

TEST_CASE("secrets_within: ordinary words behind ordinary names are none")
{
    for (const std::string text :
         {"project: x, key=PROJ", "token: expired or missing", "password: expired or missing",
          "select * from t WHERE key = 'issue' and auth: none", "status = open and token = used",
          "see the password: it is wrong", "of the api_key: v2.10.3 is next"}) {
        INFO(text);
        CHECK(redact_parts(text, text) == text);
    }
}

TEST_CASE("secrets_of_header: one word that may be a token")
{
    CHECK(redact_parts("Bearer abc-def-1", "abc-def-1 Bearer") == "**** Bearer");
    CHECK(redact_parts("Bearer abcdefghijklmnop", "abcdefghijklmnop") == "****");
    CHECK(redact_parts("Bearer tok-1", "tok-1", true) == "****");
    CHECK(redact_parts("Basic bWU6cHctNQ==", "pw-5 of me, bWU6cHctNQ==") == "**** of me, ****");
    for (const std::string text :
         {"Basic Authentication", "OAuth Client", "Token Usage report", "basic monthly",
          "OAuth 1.0a", "Digest SHA-256", "Token 2024-01-31T00:00:00Z", "Bearer api1.example.com",
          "basic 12345678", "Token 12345678 of them", "bearer"}) {
        INFO(text);
        CHECK(redact_parts(text, text) == text);
    }
}

TEST_CASE("looks_generated: keys and tokens, and nothing that is said of a tap")
{
    for (const std::string text :
         {"nested-one-1", "sk_live_0123456789", "ZXhhbXBsZTEyMzQ1",
          "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.dBjftJeZ4CVPmB92K27uhbUJU1p1"})
        CHECK(airbyte::looks_generated(text));
    for (const std::string text :
         {"", "production", "1234567890123", "short-1", "2024-01-31T00:00:00Z",
          "https://h1.example/x", "db1.example.com:5432", "keys/service-1.json", "me1@shop.example",
          "customer service"})
        CHECK_FALSE(airbyte::looks_generated(text));
}

TEST_CASE("secrets_within takes time in proportion to the length of the text")
{
    for (const std::string unit : {"://", "=", "pwd=", "a:", "\" password:", "://a:b", "? &=\t"}) {
        std::string text;
        while (text.size() < 63 * 1024)
            text += unit;
        INFO(unit);
        CHECK(seconds_of([&] { airbyte::secrets_within(text); }) < 1);
    }
}

TEST_CASE("looks_public knows what stands beside a secret")
{
    for (const std::string name : {"type", "authType", "auth-type", "project_id", "web.token_uri",
                                   "private_key_path", "aws_region"})
        CHECK(airbyte::looks_public(name));
    for (const std::string name : {"", "client_id", "private_key", "types", "value"})
        CHECK_FALSE(airbyte::looks_public(name));
}

TEST_CASE("Redactor finds what was escaped more than once, and in part only")
{
    const std::string secret = "a\"b\\\nc/\xc3\xa9'd e";
    for (const std::string form :
         {R"(a\\\"b\\\\\\nc/\\u00e9'd e)", "a%2522b%255C%250Ac%252F%25C3%25A9%2527d%2520e",
          R"(a%5C%22b%5C%5C%5Cnc/%5Cu00e9%27d%20e)", "a&quot;b\\&#10;c/&#xE9;&apos;d e",
          R"(a\042b\134\012c\057\303\251\047d\040e)",
          R"(\u0061\u0022\u0062\u005C\u000Ac/\u00E9'd e)", "a\"\"b\\\nc/\xc3\xa9'd e",
          "a\"b\\\nc/\xc3\xa9'\\''d e", "a\"b\\\nc/\xe9'd e", "6122625c0a632fc3a927642065"}) {
        INFO(form);
        CHECK(redact({secret}, "<" + form + ">") == "<****>");
    }
    CHECK(redact({"k\xf0\x9f\x97\x9dy-1"}, R"(k\ud83d\udddDy-1 k\U0001F5DDy-1)") == "**** ****");
}

TEST_CASE("Redactor finds a secret inside base64 of a longer text, wrapped or not")
{
    // "x:" + secret + ":y" with 0, 1 and 2 bytes more in front of it.
    for (const std::string text :
         {"eDpzM2NyZXQtMTI6eQ==", "eHg6czNjcmV0LTEyOnk=", "eHh4OnMzY3JldC0xMjp5",
          "eDpzM2Ny\nZXQtMTI6eQ==", R"(eDpzM2Ny\nZXQtMTI6eQ==)"}) {
        INFO(text);
        const std::string redacted = redact({"s3cret-12"}, text);
        CHECK(redacted.find("****") != std::string::npos);
        CHECK(redacted.size() <= 16);
    }
}

TEST_CASE("Redactor finds a part of a long key, and of nothing else")
{
    const std::string key = "AbCd0123EfGh4567IjKl89+/MnOpQrSt";
    CHECK(redact({key}, "x " + key.substr(5, 16) + " y") == "x **** y");
    CHECK(redact({key}, "x " + key.substr(5, 15) + " y") == "x " + key.substr(5, 15) + " y");
    CHECK(redact({key}, key.substr(0, 20) + "\n" + key.substr(20)) == "****");
    CHECK(redact({"https://host.example.com/path?token=abcdef"}, "host.example.com/path") ==
          "host.example.com/path");
}

TEST_CASE("Redactor shows no beginning that may end in half a secret")
{
    Redactor redactor;
    redactor.add("https://me:secret-word@host");
    const std::string text = std::string(1000, 'x') + " https://me:secret-wo";
    CHECK(redactor.redact_beginning(text).find("https") == std::string::npos);
    CHECK(redactor.redact_beginning(text).size() > 700);
    CHECK(Redactor().redact_beginning("all of it") == "all of it");
}

TEST_CASE("Redactor finds a secret wherever blocks of a long text meet")
{
    Redactor redactor;
    redactor.add("p@ss word-1");
    std::string text(1200 * 1024, 'x');
    for (std::size_t at = 1024 * 1024 - 30'000; at < text.size() - 20; at += 37)
        text.replace(at, 15, "p%40ss%20word-1");
    CHECK(redactor.redact(text).find("word") == std::string::npos);
}

// Counted in time, as a ratio: a text four times as long may take four times as long, not sixteen.
TEST_CASE("Redactor takes time in proportion to the length of the text")
{
    Redactor redactor;
    for (int i = 0; i < 50; ++i)
        redactor.add("ghp_secret-number-" + std::to_string(i));
    redactor.add(std::string(4096, 'a'));
    const auto seconds = [&](const std::string& unit, std::size_t length) {
        std::string text;
        while (text.size() < length)
            text += unit;
        double best = 1e9;
        for (int round = 0; round < 3; ++round) {
            const std::clock_t began = std::clock();
            redactor.redact(text);
            best = std::min(best, static_cast<double>(std::clock() - began) / CLOCKS_PER_SEC);
        }
        return best;
    };
    for (const std::string unit : {"a", "\\", "%25", "25", "ghp_", "&amp;", "words of a log "}) {
        INFO(unit);
        CHECK(seconds(unit, 40'000) < 10 * std::max(seconds(unit, 10'000), 0.002));
    }
}

// Hits and near misses at every byte.
TEST_CASE("PatternTable takes no time for the length of a pattern")
{
    const std::string text(900 * 1024, 'a');
    for (const std::string end : {"", "b"}) {
        airbyte::PatternTable table;
        table.add({.text = std::string(60 * 1024, 'a') + end});
        std::size_t covered = 0;
        CHECK(seconds_of([&] {
                  table.find(text,
                             [&](std::size_t begin, std::size_t stop) { covered += stop - begin; });
              }) < 1);
        CHECK(covered == text.size());
    }
}

TEST_CASE("PatternTable finds a text by all that was asked for it")
{
    const auto places = [](std::vector<airbyte::Pattern> patterns, std::string_view text) {
        airbyte::PatternTable table;
        for (airbyte::Pattern& pattern : patterns)
            table.add(std::move(pattern));
        std::string marked(text);
        table.find(text, [&](std::size_t begin, std::size_t end) {
            std::fill_n(marked.begin() + static_cast<std::ptrdiff_t>(begin), end - begin, '*');
        });
        return marked;
    };
    const std::string key = "abcdefgh0123456789ABCDEFGH";
    CHECK(places({{.text = key}, {.text = key, .in_parts = true}}, "x " + key.substr(4, 18)) ==
          "x " + std::string(18, '*'));
    CHECK(places({{.text = "word", .alone = true}, {.text = "word"}}, "a words") == "a ****s");
    CHECK(places({{.text = "word"}, {.text = "word", .alone = true}}, "a words") == "a ****s");
    CHECK(places({{.text = "word"},
                  {.text = "word", .more_before = true},
                  {.text = "word", .more_behind = true}},
                 "aawordbb") == "a******b");
    const std::string text(3000, 'x');
    CHECK(places({{.text = text}},
                 "a " + text + "b" + text.substr(0, 1500) + "c" + text.substr(0, 900)) ==
          "a " + std::string(3000, '*') + "b" + std::string(1500, '*') + "c" + text.substr(0, 900));
}

TEST_CASE("Redactor redacts every text of an error, but not the stream's name")
{
    Redactor redactor;
    redactor.add("orders");
    airbyte::Error error;
    error.message = "m orders";
    error.internal_message = "i orders";
    error.stack_trace = "s orders";
    error.stream = airbyte::StreamDescriptor{"orders", {}};
    const auto redacted = redactor.redact(error);
    CHECK(redacted.message == "m ****");
    CHECK(redacted.internal_message == "i ****");
    CHECK(redacted.stack_trace == "s ****");
    CHECK(redacted.stream->name == "orders");
}

TEST_CASE("Redactor leaves no secret behind, whatever its bytes")
{
    constexpr std::uint64_t k_seed = 77;
    std::mt19937_64 random(k_seed);
    for (int round = 0; round < 300; ++round) {
        std::string secret;
        for (std::size_t i = 4 + random() % 20; i > 0; --i)
            secret += static_cast<char>(random() % 256);
        INFO("seed " << k_seed << " round " << round);
        const std::string text = "[" + secret + "|" + secret + "]";
        const auto redacted = redact({secret, "[|]x"}, text);
        REQUIRE(redacted.find(secret) == std::string::npos);
    }
}
