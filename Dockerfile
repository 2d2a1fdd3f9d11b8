FROM python:3.11-slim AS build
ARG UV_VERSION=0.13.9
RUN pip install --no-cache-dir uv==${UV_VERSION}
ENV UV_PROJECT_ENVIRONMENT=/opt/lrs \
    UV_PYTHON_DOWNLOADS=never \
    UV_COMPILE_BYTECODE=1
WORKDIR /build
COPY pyproject.toml uv.lock ./
RUN uv sync --frozen --no-dev --no-cache --no-install-project
COPY . .
RUN uv sync --frozen --no-dev --no-cache --no-editable

FROM python:3.11-slim
RUN useradd --system --uid 10001 --create-home --home-dir /var/lib/lrs lrs
COPY --from=build /opt/lrs /opt/lrs
ENV PATH=/opt/lrs/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    LRS_HOST=0.0.0.0 \
    LRS_PORT=8080 \
    LRS_DATA_DIR=/var/lib/lrs
USER lrs
WORKDIR /var/lib/lrs
VOLUME /var/lib/lrs
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s CMD ["python", "-c", \
    "import os, urllib.request as http; http.urlopen(f'http://127.0.0.1:{os.environ[\"LRS_PORT\"]}/health/ready', timeout=4)"]
CMD ["lrs", "serve"]
