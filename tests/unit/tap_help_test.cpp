#include "adapter/tap_help.h"
#include "catch.h"

#include <string>

using namespace tapbridge::adapter;

namespace {

// The options that were found, in the order of the struct; "-" where the text was no help text.
std::string found(std::string_view help)
{
    const TapOptions options = read_help(help);
    std::string names;
    const auto add = [&](bool is_there, const char* name) {
        if (is_there)
            names += names.empty() ? name : std::string(" ") + name;
    };
    add(options.config, "config");
    add(options.discover, "discover");
    add(options.catalog, "catalog");
    add(options.properties, "properties");
    add(options.state, "state");
    add(options.about, "about");
    if (!options.understood)
        return "-" + names;
    return names;
}

} // namespace

TEST_CASE("read_help: argparse, with a wrapped usage")
{
    CHECK(found(R"(usage: tap-shop [-h] -c CONFIG [-s STATE] [-p PROPERTIES]
                [--catalog CATALOG] [-d]

options:
  -h, --help            show this help message and exit
  -c CONFIG, --config CONFIG
                        The config file
  -s STATE, --state STATE
                        The state file
  -p PROPERTIES, --properties PROPERTIES
                        DEPRECATED, take --catalog
  --catalog CATALOG     The catalog file
  -d, --discover        Print a catalog
)") == "config discover catalog properties state");
}

TEST_CASE("read_help: click")
{
    CHECK(found(R"(Usage: tap-shop [OPTIONS]

  Runs the tap.

Options:
  --version                 Show the version.
  --about                   Show settings.
  --format [json|markdown]  How --about looks, see also --properties
  --config TEXT             A file or 'ENV'.
  --discover                Discovery mode.
  --test TEXT               Use --test=schema for schemas, not --state.
  --catalog FILENAME        A catalog file.
  --help                    This text.
)") == "config discover catalog about");
}

TEST_CASE("read_help: an option that only the prose of another one names is not there")
{
    CHECK(
        found(
            "options:\n  -p FILE, --properties FILE\n      deprecated, use --catalog instead\n") ==
        "properties");
    CHECK(found("Options:\n  --properties FILE  deprecated, use --catalog instead\n") ==
          "properties");
    CHECK(found("Options:\n  --properties FILE\tuse --catalog instead\n") == "properties");
    CHECK(found("Options:\n  --properties: use --catalog instead\n") == "properties");
    CHECK(found("Options:\n  --properties - use --catalog instead\n") == "properties");
}

TEST_CASE("read_help: a flag counts as a whole word only")
{
    CHECK(found("Options:\n  --catalog-file FILE  x\n  --stateful  x\n  --no-discover  x\n  "
                "--config_path P  x\n") == "");
    CHECK(found("usage: tap-x [--config-dir DIR] [--about-us] [--state=FILE] "
                "[--catalog|--properties]\n") == "catalog properties state");
    CHECK(found("usage: tap-config --discover\n") == "discover");
}

TEST_CASE("read_help: short flags count only where they stand alone")
{
    CHECK(found("Options:\n  -c FILE  the config\n  -d  discover\n  -s FILE  state\n  -p FILE  "
                "selection\n") == "config discover properties state");
    CHECK(
        found(
            "Options:\n  -d, --debug  talk\n  -s, --silent  hush\n  -c FILE, --config FILE  x\n") ==
        "config");
    CHECK(found("Options:\n  --debug, -d  talk\n") == "");
    // The usage shows the short form of what the list explains.
    CHECK(found("usage: tap-x [-h] [-c CONFIG] [-d]\n\noptions:\n  -h, --help\n  -d, --debug\n  -c "
                "C, --config C\n") == "config");
    CHECK(found("usage: tap-x [-h] -c CONFIG [-s STATE]\n") == "config state");
}

TEST_CASE("read_help: own parsers")
{
    SECTION("docopt")
    {
        CHECK(found("Reads a shop.\n\nUsage:\n  tap-x --config=FILE [--catalog=FILE]\n  tap-x (-h "
                    "| --help)\n\n"
                    "Notes:\n  Give --state too.\n") == "config catalog");
    }
    SECTION("one line")
    {
        CHECK(found("USAGE: ./tap-x --config config.json [--discover | --catalog catalog.json] "
                    "[--state s.json]") == "config discover catalog state");
    }
    SECTION("Go")
    {
        CHECK(found("Usage of ./tap-x:\n  -catalog string\n    \tpath of --state\n  -config "
                    "string\n    \tpath\n"
                    "  -discover\n    \tprint a catalog\n") == "config discover catalog");
    }
    SECTION("boxes and colours")
    {
        CHECK(found("\x1b[1m Usage: \x1b[0mtap-x [OPTIONS]\n"
                    "\xE2\x95\xAD\xE2\x94\x80 Options \xE2\x94\x80\xE2\x95\xAE\n"
                    "\xE2\x94\x82 *  \x1b[1;36m--config\x1b[0m    -c      FILE  The config, not "
                    "--state \xE2\x94\x82\n"
                    "\xE2\x94\x82    --catalog           FILE  The catalog \xE2\x94\x82\n") ==
              "config catalog");
    }
    SECTION("lines end as on Windows")
    {
        CHECK(found("usage: tap-x [-h]\r\n\r\noptions:\r\n  --discover\r\n  --config\r\n") ==
              "config discover");
    }
    SECTION("a log line before it")
    {
        CHECK(found("INFO starting with --state\nusage: tap-x [--config CONFIG]\n") == "config");
    }
}

TEST_CASE("read_help: options that are none of ours are a help text all the same")
{
    const TapOptions options = read_help("usage: tap-x [-h] [--version]\n");
    CHECK(options.understood);
    CHECK_FALSE(options.config);
    CHECK_FALSE(options.catalog);
}

TEST_CASE("read_help: what a parser complains of is not an option")
{
    CHECK(found("usage: tap-x [-h] --config CONFIG\ntap-x: error: unrecognized arguments: --about "
                "--catalog\n") == "config");
    CHECK(found("Usage: tap-x [OPTIONS]\nTry 'tap-x --help' for help.\n\nError: No such option: "
                "--about\n") == "-");
    CHECK(found("Usage: tap-x [OPTIONS]\n  Try 'tap-x --help' for help with --state.\n") == "-");
    CHECK(found("tap-x: error: the following arguments are required: -c/--config\n") == "-");
}

TEST_CASE("read_help: other texts are not understood")
{
    for (const char* text :
         {"", "\n\n", "Usage:", "usage", "- a list\n- of --config\n", "---\nname: tap\n", "--",
          "-1 apples", R"({"type": "STATE", "value": {"--config": "--catalog"}})",
          "Traceback (most recent call last):\n  File \"/tap.py\", line 1, in <module>\n"
          "    parser.add_argument('--config', '--catalog')\nKeyError: '--state'\n",
          "CRITICAL the --config option is missing\n", "\x1b[", "\x1b[1", "\xff\xfe--config"}) {
        INFO(text);
        // The last one begins with bytes that are no text, as boxes do: an option follows them.
        CHECK(found(text) == (std::string_view(text) == "\xff\xfe--config" ? "config" : "-"));
    }
}
