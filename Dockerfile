# Three stages: the production dependencies, the compiled code, and the image that holds just these two.
#
# The base is pinned by its version. Pin it by digest too, which no tag can change under you:
#   docker buildx imagetools inspect node:24.21.0-bookworm-slim        # prints the digest
#   docker build --build-arg NODE_IMAGE=node:24.21.0-bookworm-slim@sha256:... \
#     --build-arg VERSION=$(node -p 'require("./package.json").version') --build-arg RELEASE_TAG=$(git describe --exact-match) \
#     --build-arg REVISION=$(git rev-parse HEAD) \
#     --build-arg SOURCE=https://git.example.com/typeform-onboarding --build-arg CREATED=$(date -u +%Y-%m-%dT%H:%M:%SZ) .
# `npm run check:dockerfile` performs these instructions without a container engine and checks what comes out.
ARG NODE_IMAGE=node:24.21.0-bookworm-slim

FROM ${NODE_IMAGE} AS dependencies
WORKDIR /app
COPY package.json package-lock.json ./
# An image always has a real server in DATABASE_URL, so the embedded PostgreSQL (optional dependencies) stays out.
RUN npm ci --omit=dev --omit=optional --ignore-scripts --no-audit --no-fund

FROM ${NODE_IMAGE} AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY .swcrc ormconfig.ts ./
COPY migrations ./migrations
COPY scripts/compile.mjs scripts/bundle.mjs scripts/bundling.mjs ./scripts/
COPY src ./src
COPY sandbox ./sandbox
COPY client ./client
COPY console ./console
# The sandbox is for development. Source maps are of no use without the sources.
RUN npm run build && rm -rf dist/sandbox && find dist -name '*.map' -delete

FROM ${NODE_IMAGE}
ARG VERSION=0.0.0
ARG REVISION=unknown
ARG SOURCE=unknown
ARG CREATED=unknown
ARG RELEASE_TAG=
LABEL org.opencontainers.image.title="typeform-onboarding" \
      org.opencontainers.image.description="Takes in Typeform client-onboarding submissions and never loses one" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.source="${SOURCE}" \
      org.opencontainers.image.created="${CREATED}"
# No NODE_OPTIONS: how much memory there is, the deployment knows.
# What `preflight` names as the release; empty counts as not set.
ENV NODE_ENV=production \
    RELEASE_TAG=${RELEASE_TAG}
WORKDIR /app
# They stay root's: the service cannot change its own code.
COPY --from=dependencies /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY package.json LICENSE ./
# A number, so that Kubernetes can tell that it is not root; above those of a host's own users. It needs no entry in /etc/passwd.
USER 10001:10001
EXPOSE 3000
# Node runs as process 1 without an init: it handles SIGTERM itself and starts no processes that could become orphans.
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.MANAGEMENT_PORT || process.env.PORT || 3000}/health/live`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "dist/bundle/main.js"]
