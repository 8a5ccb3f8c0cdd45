#include "connector/parts.h"
#include "util/text.h"

namespace tapbridge::connector {

// For every builder, the classic one included: no syntax line, no --mount, no heredoc, no --chmod.
std::string dockerfile(const Facts& facts)
{
    const std::string text = R"(# @TAP@ behind Tapbridge, which speaks Airbyte's protocol.
#
# An index or a CA of your own: --build-arg PIP_INDEX_URL=..., and the CA as pip-extra/ca.crt. No network: put the
# wheels of the tap and all that it needs into pip-extra/. Nothing of these is in the image.

# Has git and a compiler, and is thrown away.
ARG BUILD_BASE=python:@PYTHON@
ARG BASE=python:@PYTHON@-slim

FROM ${BUILD_BASE} AS build
ARG PIP_INDEX_URL
ARG PIP_EXTRA_INDEX_URL
COPY requirements.txt constraints.txt /build/
COPY pip-extra /build/pip-extra
RUN cd /build/pip-extra \
 && if [ -f ca.crt ]; then export PIP_CERT=$PWD/ca.crt SSL_CERT_FILE=$PWD/ca.crt GIT_SSL_CAINFO=$PWD/ca.crt; fi \
 && for wheel in *.whl; do if [ -f "$wheel" ]; then export PIP_NO_INDEX=1 PIP_FIND_LINKS=$PWD; fi; done \
 && python3 -m venv /opt/tap \
 && /opt/tap/bin/pip install --no-cache-dir -r ../requirements.txt -c ../constraints.txt

FROM ${BASE}
# A library of the system that the tap needs is installed here: RUN apt-get update && apt-get install -y NAME
RUN echo 'airbyte:x:1000:1000:Airbyte:/airbyte:/bin/sh' >>/etc/passwd \
 && echo 'airbyte:x:1000:' >>/etc/group \
 && mkdir -p /airbyte /config /secrets \
 && chown 1000:1000 /airbyte /config /secrets
COPY --from=build /opt/tap /opt/tap
@BRIDGE@COPY tapbridge /usr/local/bin/tapbridge
COPY adapter.yaml /airbyte/adapter.yaml
USER 1000:1000
WORKDIR /airbyte
# The platform starts what AIRBYTE_ENTRYPOINT says: it must be the entry point.
ENV AIRBYTE_ENTRYPOINT=/usr/local/bin/tapbridge
ENTRYPOINT ["/usr/local/bin/tapbridge"]
LABEL io.airbyte.name=@NAME@ io.airbyte.version=@VERSION@
)";
    const std::string bridge =
        facts.has_bridge
            ? ""
            : "# TODO: put a static tapbridge (cmake --preset static) beside this file.\n";
    std::string out = text::replace_all(text, "@TAP@", short_line(facts.tap));
    out = text::replace_all(out, "@PYTHON@", facts.python);
    out = text::replace_all(out, "@BRIDGE@", bridge);
    out = text::replace_all(out, "@NAME@", facts.name);
    return text::replace_all(out, "@VERSION@", k_version);
}

std::string requirements(const Facts& facts)
{
    std::string out = "# What pip installs into the image.\n";
    if (!facts.package.advice.empty()) {
        out += "# TODO: " + facts.package.advice + '\n';
    }
    return facts.package.requirement.empty() ? out : out + facts.package.requirement + '\n';
}

std::string constraints(const Facts& facts)
{
    if (facts.package.constraints.empty()) {
        return "# The releases of what the tap needs, one NAME==VERSION a line. None is known: pip "
               "takes the newest that fit.\n";
    }
    return "# The releases of what the tap needs, as they were beside it when this connector was "
           "made.\n" +
           text::join(facts.package.constraints, "\n") + '\n';
}

} // namespace tapbridge::connector
