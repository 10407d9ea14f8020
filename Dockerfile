# Clew from its wheel, with the versions of uv.lock; docs/hosting.md says how to run it.
FROM python:3.11-bookworm AS build
RUN apt-get update \
 && apt-get install -y --no-install-recommends g++ pkg-config libicu-dev make \
 && rm -rf /var/lib/apt/lists/*
RUN pip install --no-cache-dir uv
WORKDIR /clew
COPY . .
RUN make wheel \
 && uv export --locked --no-dev --no-emit-project --quiet --output-file requirements.txt \
 && uv venv /venv \
 && uv pip install --python /venv/bin/python --no-cache --requirement requirements.txt \
 && uv pip install --python /venv/bin/python --no-cache --no-deps dist/clew-*.whl

FROM python:3.11-slim-bookworm
RUN apt-get update \
 && apt-get install -y --no-install-recommends libicu72 libarchive13 djvulibre-bin unar mdbtools tesseract-ocr \
    tesseract-ocr-ara tesseract-ocr-deu tesseract-ocr-ell tesseract-ocr-fra tesseract-ocr-heb \
    tesseract-ocr-hin tesseract-ocr-ita tesseract-ocr-por tesseract-ocr-rus tesseract-ocr-spa \
    tesseract-ocr-vie \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --system --uid 10001 --create-home clew \
 && install -d -o clew -m 700 /data
COPY --from=build /venv /venv
ENV PATH=/venv/bin:$PATH \
    CLEW_DATA=/data \
    CLEW_HOST=0.0.0.0 \
    CLEW_PORT=8000
USER clew
WORKDIR /home/clew
VOLUME /data
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=10s --start-period=120s --retries=3 \
  CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=8)"]
ENTRYPOINT ["clew"]
CMD ["up"]
