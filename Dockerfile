# hotmount in an image of its own: node, the libraries it is linked with, the command. No shell, not root, nothing to
# write to. docs/14-image.md says what is in it and what it costs; `npm run test:image` builds it and runs the result.
#
#   docker build -t hotmount .

# Any image with node, npm, glibc, and strip, which the -slim ones lack.
ARG BUILDER=node:24-bookworm

FROM ${BUILDER} AS build
WORKDIR /src
COPY . .
RUN npm run setup && npm run build

# Below /layers is one directory for each layer of the result.
WORKDIR /layers

# What strip takes are 18 MB for people with a debugger. A library goes where node looks for it.
RUN install -D "$(command -v node)" node/usr/local/bin/node && strip node/usr/local/bin/node \
 && mkdir system && cp -r /src/image/etc system/etc \
 && ldd node/usr/local/bin/node | grep -o '/[^ ]*' | xargs -I{} cp -L --parents {} system \
 && cp --parents /usr/share/doc/libc6/copyright /usr/share/doc/libgcc-s1/copyright /usr/share/doc/libstdc++6/copyright system \
 && install -D -m 644 /usr/local/LICENSE node/usr/share/doc/node/LICENSE

# image/package.json lists what comes along, pnpm-lock.yaml in which version. What node loads stays, and the licences:
# the command is a bundle that has both packages in it.
RUN npm --prefix /src run -s pnpm -- --config.node-linker=hoisted --filter @hotmount/image --prod deploy /layers/app/hotmount \
 && cd app/hotmount/node_modules && rm -rf .??* ../*.* @hotmount/*/src \
 && find . -regextype egrep -type d -regex '\./(@[^/]+/)?[^/]+/(browser|examples?|specs?|tests?)' -prune -exec rm -r {} + \
 && find . -regextype egrep -type f \
      ! -regex '.*\.[cm]?js|.*/package\.json|.*/LICEN[CS]E[^/]*|\./@hotmount/.*\.(css|html|json)' -delete \
 && rm -r @hotmount/core && find @hotmount/adapters/dist -mindepth 1 -maxdepth 1 ! -name bin -exec rm -r {} + \
 && find . -type d -empty -delete \
 && cp /src/LICENSE @hotmount/adapters

# There is no /usr/bin/env to look for node. --jitless: no memory is ever made executable, and less of it is needed.
# The other names are those that manifests of the originals may call.
RUN cd app && command=hotmount/node_modules/@hotmount/adapters/dist/bin/hotmount.cjs \
 && find hotmount -type f -exec chmod 644 {} + \
 && sed -i '1s|.*|#!/usr/local/bin/node --jitless|' $command && chmod +x $command \
 && mkdir -p bin usr/local/bin \
 && ln -s /$command usr/local/bin/hotmount \
 && ln -s /$command bin/prometheus-config-reloader \
 && ln -s /$command configmap-reload \
 && chmod -R u=rwX,go=rX /layers

FROM scratch
# What changes least comes first.
COPY --from=build /layers/system /
COPY --from=build /layers/node /
COPY --from=build /layers/app /
ENV PATH=/usr/local/bin:/bin
# A number: for `runAsNonRoot: true` the kubelet does not look into /etc/passwd.
USER 65532:65532
EXPOSE 9533
ENTRYPOINT ["/usr/local/bin/hotmount"]
