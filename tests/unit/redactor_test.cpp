#include "airbyte/redactor.h"
#include "catch.h"

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
    for (const std::string name :
         {"pwd", "db_pwd", "passphrase", "private_key_passphrase", "pat", "github_pat",
          "auth_token", "bearer", "connection_string", "dsn", "sqlalchemy_url", "encryption_key",
          "aws_secret_access_key", "consumer_key", "ssh_key", "access_tokens"}) {
        INFO(name);
        CHECK(looks_secret(name));
    }
}

TEST_CASE("looks_secret sees through spelling and paths")
{
    for (const std::string name :
         {"apiKey", "APIKey", "api-key", "Api Key", "clientSecret", "CLIENT_SECRET",
          "Client-Secret", "refreshToken", "credentials.personal_access_token",
          "ssh_tunnel.private_key", "X-Api-Key", "accessToken", "Password", "PAT"}) {
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
          "line ****; ****; short");
    CHECK(redact({key}, "expected -----BEGIN PRIVATE KEY-----") ==
          "expected -----BEGIN PRIVATE KEY-----");
    CHECK(redact({key}, "all: " + key) == "all: ****");
    std::string literal;
    for (const char c : key)
        literal += c == '\n' ? std::string("\\n") : std::string(1, c);
    CHECK(redact({literal}, "x hkiG9w0BAQEFAASC") == "x ****");
}

TEST_CASE("Redactor finds the secrets inside a JSON document")
{
    const std::string document =
        R"({"type":"service_account","project_id":"shop-project","private_key":"-----BEGIN X-----\nMIIEvQIBADAN\n)"
        R"(-----END X-----\n","private_key_id":"abcdef","web":{"client_secret":"inner-one"}})";
    CHECK(redact({document}, "got MIIEvQIBADAN of shop-project, inner-one") ==
          "got **** of shop-project, ****");
    CHECK(redact({document}, document) == "****");
    CHECK(redact({"{not json"}, "{not json") == "****");
}

TEST_CASE("Redactor finds the password of an address")
{
    CHECK(redact({"postgresql://me:p%40ss1@db:5432/x"}, "user me, password p@ss1 or p%40ss1") ==
          "user me, password **** or ****");
    CHECK(redact({"mysql://me:p@ss1@db/x"}, "p@ss1") == "****");
    CHECK(redact({"https://host:8080/a@b"}, "8080/a") == "8080/a");
    CHECK(redact({"postgresql://me@database/x"}, "me@database") == "me@database");
    CHECK(redact({"postgresql://me:pass%4"}, "pass%4") == "pass%4");
    CHECK(redact({"x://me:pass%4@h"}, "pass%4") == "****");
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
