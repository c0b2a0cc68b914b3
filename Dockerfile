# The service as an image, and nginx with its static files as another. What is in them: docs/operations.md.
ARG NODE_IMAGE=node:24-bookworm-slim
ARG NGINX_IMAGE=nginx:1.28

FROM ${NODE_IMAGE} AS packages
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --ignore-scripts
COPY infra/compose/prune-packages.sh /tmp/
RUN sh /tmp/prune-packages.sh

FROM ${NODE_IMAGE} AS service
ENV NODE_ENV=production HOST=0.0.0.0 DATA_DIR=/data UPLOADS_DIR=/uploads \
    MALLOC_ARENA_MAX=2 MALLOC_MMAP_THRESHOLD_=70000 MALLOC_TRIM_THRESHOLD_=131072
WORKDIR /app
RUN install -d -o node -g node -m 0700 /data /uploads
COPY --from=packages /app/node_modules node_modules
COPY package.json ./
COPY migrations migrations
COPY public public
COPY views views
COPY src src
USER node
EXPOSE 3000
HEALTHCHECK --interval=10s --timeout=15s --start-period=60s \
    CMD ["node", "-e", "fetch('http://127.0.0.1:' + (process.env.PORT || 3000) + '/healthz').then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "--max-old-space-size=512", "--initial-old-space-size=48", "--min-semi-space-size=2", "--max-semi-space-size=2", "src/server.ts"]

FROM service AS static
# The page about photos that are too big says it.
ARG MAX_UPLOAD_MB=
RUN MAX_UPLOAD_MB=$MAX_UPLOAD_MB node src/cli.ts static:write /tmp/static

# Holds nothing of a version, so that an update need not end it: nginx.conf and static files come to it in volumes.
FROM ${NGINX_IMAGE} AS nginx
# Its logs go where Docker looks; bodies of uploads wait in a volume of the user that compose runs it as.
RUN ln -sf /dev/stdout /var/log/nginx/access.log && ln -sf /dev/stderr /var/log/nginx/error.log && \
    install -d -o 1000 -g 1000 -m 0700 /var/cache/nginx/onboarding && \
    install -d /etc/nginx/site /srv/onboarding/static
CMD ["nginx", "-c", "/etc/nginx/site/nginx.conf", "-g", "daemon off; pid /tmp/nginx.pid;"]

FROM nginx AS setup
ARG MAX_UPLOAD_MB=
ENV PAGES_FOR_MB=$MAX_UPLOAD_MB
COPY infra/compose/setup.sh nginx.conf /setup/
COPY --from=static /tmp/static /setup/static
CMD ["sh", "/setup/setup.sh"]

# The last one is what is built where none is named.
FROM service AS app
