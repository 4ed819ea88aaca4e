# Two images of one file.
#
#   docker build --target gate    -t weighbridge/gate .       the init container: the scanner alone
#   docker build --target webhook -t weighbridge/webhook .    the admission server and the reporter
#
# BASE is any image with Python 3.11 or newer and pip; pin it by digest in a release.
ARG BASE=python:3.11-slim

FROM ${BASE} AS build
WORKDIR /build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python3 -m pip install --quiet "setuptools>=77" wheel
COPY requirements requirements
RUN python3 -m pip install --quiet --require-hashes --only-binary=:all: --no-deps --target /gate -r requirements/gate.txt && \
    python3 -m pip install --quiet --require-hashes --only-binary=:all: --no-deps --target /webhook -r requirements/webhook.txt
COPY pyproject.toml README.md LICENSE weighbridge.py ./
COPY scanners scanners
COPY initcontainer initcontainer
COPY webhook webhook
# Tests of libraries are dead weight on every node; compiled files are not: on a read-only root they could not be made later.
RUN for target in /gate /webhook; do \
      python3 -m pip install --quiet --no-build-isolation --no-deps --target "$target" . && \
      rm -rf "$target/bin" && \
      find "$target" -type d -name tests -prune -exec rm -rf {} + && \
      python3 -m compileall -q -j 0 "$target" ; \
    done && \
    rm -rf /gate/webhook

FROM ${BASE} AS gate
LABEL org.opencontainers.image.title="weighbridge gate" \
      org.opencontainers.image.description="Examines mounted model files before a model server starts" \
      org.opencontainers.image.licenses="Apache-2.0"
COPY --from=build /gate /opt/weighbridge
ENV USER=weighbridge HOME=/
USER 65532:65532
ENTRYPOINT ["python3", "-I", "-c", "import sys; sys.path.insert(0, '/opt/weighbridge'); import weighbridge; sys.exit(weighbridge.main())"]

FROM ${BASE} AS webhook
LABEL org.opencontainers.image.title="weighbridge webhook" \
      org.opencontainers.image.description="Decides whether every model volume of an inference workload is gated" \
      org.opencontainers.image.licenses="Apache-2.0"
COPY --from=build /webhook /opt/weighbridge
ENV USER=weighbridge HOME=/
USER 65532:65532
ENTRYPOINT ["python3", "-I", "-c", "import sys; sys.path.insert(0, '/opt/weighbridge'); import weighbridge; sys.exit(weighbridge.main())"]
