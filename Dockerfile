# One image for web, worker and beat; docker-compose.yml says which is which.
FROM python:3.12-slim AS build
ENV UV_COMPILE_BYTECODE=1 UV_LINK_MODE=copy UV_PYTHON_DOWNLOADS=never
RUN pip install --no-cache-dir "uv>=0.9"
WORKDIR /app
# The packages change less often than the code: they have a layer of their own.
COPY pyproject.toml uv.lock ./
RUN uv sync --frozen --no-default-groups --no-install-project
COPY . .
# Nothing secret is needed to collect files, and nothing of this stage's environment reaches the image.
# The image cannot be written to: what is compiled now is not compiled again by each process that starts.
RUN .venv/bin/python -m tools.translations \
    && DEBUG=0 COMPRESSED_STATIC=1 SECRET_KEY=collecting-files-only FIELD_KEYS=collecting-files-only \
       .venv/bin/python manage.py collectstatic --noinput --verbosity 0 \
    && .venv/bin/python -m compileall -q -x '/(\.venv|tests|node_modules)/' .

FROM python:3.12-slim
RUN groupadd --system --gid 10001 market \
    && useradd --system --uid 10001 --gid market --home-dir /data --shell /usr/sbin/nologin market \
    && install -d -o market -g market /data /data/media /data/private
WORKDIR /app
COPY --from=build /app /app
ENV PATH=/app/.venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DEBUG=0 \
    COMPRESSED_STATIC=1 \
    DATA_DIR=/data
USER market
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=10s --start-period=40s \
    CMD ["python", "-m", "marketplace.supervisor.healthcheck", "web"]
CMD ["granian", "--interface", "wsgi", "--host", "0.0.0.0", "--port", "8000", "--no-ws", \
     "--workers", "2", "--blocking-threads", "8", "--respawn-failed-workers", "marketplace.wsgi:application"]
