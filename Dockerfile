# The coach for operators; compose.yaml puts a database and an index beside it.

FROM python:3.11-slim AS build
WORKDIR /app
RUN python -m venv /venv
# The build for processors: pip's usual one brings gigabytes for graphics cards.
RUN /venv/bin/pip install --no-cache-dir torch==2.13.0 --index-url https://download.pytorch.org/whl/cpu
COPY pyproject.toml constraints.txt README.md LICENSE ./
COPY bot bot
COPY knowledge knowledge
COPY prompts prompts
COPY retrieval retrieval
RUN /venv/bin/pip install --no-cache-dir -c constraints.txt -e ".[openai,postgres]"
# Nobody may write here later, so what Python compiles is made now.
RUN /venv/bin/python -m compileall -q bot knowledge retrieval

FROM python:3.11-slim
RUN useradd --uid 10001 --create-home coach && install --directory --owner=coach --group=coach /data
COPY --from=build /venv /venv
COPY --from=build /app /app
ENV PATH=/venv/bin:$PATH COACH_DATA_DIR=/data COACH_METRICS_PORT=9464
WORKDIR /app
USER coach
VOLUME /data
# The first start encodes the guides, which takes minutes.
HEALTHCHECK --interval=30s --timeout=8s --start-period=10m CMD \
    ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:9464/readyz', timeout=6)"]
CMD ["career-coach", "bot"]
