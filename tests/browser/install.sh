#!/bin/sh
# Installs a browser for the browser oracle (tests/suite/browser.rs), on Debian and its kin; does
# nothing where there is one. Prints `ok NAME` or `missing NAME: reason`.
set -u

for name in chromium chromium-browser google-chrome; do
    if command -v "$name" >/dev/null 2>&1; then
        echo "ok $name"
        exit 0
    fi
done
if ! command -v apt-get >/dev/null 2>&1 || [ "$(id -u)" != 0 ]; then
    echo "missing chromium: install it by hand (this script needs apt-get and root)"
    exit 1
fi
export DEBIAN_FRONTEND=noninteractive
apt-get -q update && apt-get -q install -y --no-install-recommends chromium
if command -v chromium >/dev/null 2>&1; then
    echo "ok chromium"
else
    echo "missing chromium: apt-get did not install it"
    exit 1
fi
