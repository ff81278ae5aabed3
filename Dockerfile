# An image with the binary and nothing else:
#   docker build --tag overlint .
#   docker run --rm --volume "$PWD:/code:ro" overlint check
FROM rust:1.95-bookworm AS build
SHELL ["/bin/bash", "-o", "pipefail", "-c"]
WORKDIR /build
COPY . .
# With a target named, the flags do not apply to what runs during the build.
RUN target="$(rustc -vV | sed -n 's/^host: //p')" \
    && RUSTFLAGS="-C target-feature=+crt-static" cargo build --release --locked --target "$target" \
    && mv "target/$target/release/overlint" /overlint

FROM scratch
COPY --from=build /overlint /overlint
USER 65534:65534
WORKDIR /code
ENTRYPOINT ["/overlint"]
CMD ["check"]
