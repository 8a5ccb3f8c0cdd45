#include "connector/parts.h"
#include "util/text.h"

namespace tapbridge::connector {

namespace {

constexpr const char* k_build = R"md(# @NAME@

An Airbyte source: the Singer tap @TAP@ behind Tapbridge, which speaks Airbyte's protocol.

## Build

    docker build -t @IMAGE@ .

The image is made from `tapbridge` (the program, statically linked; git ignores it, so copy it here in a new clone) and
@TAP@ as `requirements.txt` and `constraints.txt` name it. Behind a proxy that signs with a CA of its own, put that as
`pip-extra/ca.crt`; without a network put all wheels there. Other images with Python @PYTHON@ serve as well:
`--build-arg BASE=...`, and `--build-arg BUILD_BASE=...` for the stage that has git and a compiler and is thrown away.

## Test

Put your settings into `secrets/config.json`, which git and the image never see:

    cp -n integration_tests/sample_config.json secrets/config.json

Then the four commands, as Airbyte runs them (`--user` so that the container may read your files):

    docker run --rm @IMAGE@ spec
    docker run --rm --user "$(id -u):$(id -g)" -v "$PWD/secrets:/secrets:ro" @IMAGE@ check --config /secrets/config.json
    docker run --rm --user "$(id -u):$(id -g)" -v "$PWD/secrets:/secrets:ro" @IMAGE@ discover --config /secrets/config.json
)md";

constexpr const char* k_select = R"md(
What `discover` prints becomes `integration_tests/configured_catalog.json`, the streams to read, by:

    docker run --rm --user "$(id -u):$(id -g)" -v "$PWD/secrets:/secrets:ro" @IMAGE@ discover --config /secrets/config.json > secrets/catalog.json
    docker run --rm --user "$(id -u):$(id -g)" -v "$PWD/secrets:/secrets:ro" @IMAGE@ select --catalog /secrets/catalog.json > integration_tests/configured_catalog.json

)md";

constexpr const char* k_rest =
    R"md(    docker run --rm --user "$(id -u):$(id -g)" -v "$PWD/secrets:/secrets:ro" -v "$PWD/integration_tests:/integration_tests:ro" @IMAGE@ read --config /secrets/config.json --catalog /integration_tests/configured_catalog.json

Files that the tap is to read must be mounted as well (`-v`), at the paths that the settings name.

Airbyte's standard tests run the image with what `acceptance-test-config.yml` says:

    pip install 'airbyte-cdk[dev]'
    airbyte-cdk image test ./ --image @IMAGE@

## Publish

    docker tag @IMAGE@ REGISTRY/@IMAGE@
    docker push REGISTRY/@IMAGE@

In Airbyte: Settings, Sources, New connector, Docker: `REGISTRY/@NAME@` and the tag `@VERSION@`. For a new version change the
tag in `metadata.yaml`, in the `LABEL` of the `Dockerfile` and in these commands.

## Files

| File | What |
|---|---|
| adapter.yaml | what Tapbridge is told of the tap |
| Dockerfile, requirements.txt, constraints.txt, pip-extra/ | the image |
| metadata.yaml, acceptance-test-config.yml | what Airbyte's tools ask for |
| integration_tests/ | a sample config, and the streams to read |
| secrets/ | your own settings; never in git, never in the image |
)md";

} // namespace

std::string readme(const Facts& facts)
{
    std::string out = k_build;
    if (facts.streams.empty()) {
        out += k_select;
    }
    out += k_rest;
    out = text::replace_all(out, "@IMAGE@", "@NAME@:@VERSION@");
    out = text::replace_all(out, "@NAME@", facts.name);
    out = text::replace_all(out, "@VERSION@", k_version);
    out = text::replace_all(out, "@PYTHON@", facts.python);
    return text::replace_all(out, "@TAP@", short_line(facts.tap));
}

} // namespace tapbridge::connector
