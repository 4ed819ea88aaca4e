# Two images of one file.
#
#   docker build --target gate    -t weighbridge/gate .       the init container: the scanner alone
#   docker build --target webhook -t weighbridge/webhook .    the admission server and the reporter
#
# BASE has Python 3.11 or newer, pip and a shell, and builds. RUNTIME is what the images run on: the same Python, of which
# tools/trim_image.py leaves what runs, without shell or package manager. A release pins both by digest. Each image is one
# layer, so that what is taken away from its base is gone, and nothing in it belongs to the user it runs as.
ARG BASE=python:3.11-slim
ARG RUNTIME=${BASE}

FROM ${RUNTIME} AS runtime

FROM ${BASE} AS build
WORKDIR /build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore
RUN python3 -m pip install --quiet "setuptools>=77" wheel
COPY requirements requirements
ARG INSTALL="python3 -m pip install --quiet --no-compile --require-hashes --only-binary=:all: --no-deps"
RUN $INSTALL --target /packages/gate -r requirements/gate.txt && \
    $INSTALL --target /packages/webhook -r requirements/webhook.txt
COPY pyproject.toml README.md LICENSE weighbridge.py ./
COPY scanners scanners
COPY initcontainer initcontainer
COPY webhook webhook
COPY tools/trim_image.py tools/
RUN python3 -m pip wheel --quiet --no-build-isolation --no-deps --wheel-dir /wheel .

FROM build AS gate-root
COPY --from=runtime / /image
RUN mkdir -p /image/opt && mv /packages/gate /image/opt/weighbridge && \
    python3 -m pip install --quiet --no-compile --no-deps --target /image/opt/weighbridge /wheel/*.whl && \
    rm -rf /image/opt/weighbridge/webhook && \
    python3 tools/trim_image.py /image

FROM build AS webhook-root
COPY --from=runtime / /image
RUN mkdir -p /image/opt && mv /packages/webhook /image/opt/weighbridge && \
    python3 -m pip install --quiet --no-compile --no-deps --target /image/opt/weighbridge /wheel/*.whl && \
    python3 tools/trim_image.py /image

FROM scratch AS gate
ARG VERSION=unreleased
LABEL org.opencontainers.image.title="weighbridge gate" \
      org.opencontainers.image.description="Examines mounted model files before a model server starts" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.licenses="Apache-2.0"
COPY --from=gate-root /image /
ENV PATH=/usr/local/bin:/usr/bin:/bin LANG=C.UTF-8 USER=weighbridge HOME=/
USER 65532:65532
ENTRYPOINT ["python3", "-I", "-c", "import sys; sys.path.insert(0, '/opt/weighbridge'); import weighbridge; sys.exit(weighbridge.main())"]

FROM scratch AS webhook
ARG VERSION=unreleased
LABEL org.opencontainers.image.title="weighbridge webhook" \
      org.opencontainers.image.description="Decides whether every model volume of an inference workload is gated" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.licenses="Apache-2.0"
COPY --from=webhook-root /image /
ENV PATH=/usr/local/bin:/usr/bin:/bin LANG=C.UTF-8 USER=weighbridge HOME=/
USER 65532:65532
ENTRYPOINT ["python3", "-I", "-c", "import sys; sys.path.insert(0, '/opt/weighbridge'); import weighbridge; sys.exit(weighbridge.main())"]
