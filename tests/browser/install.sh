#!/bin/sh
# Installs what looks at streams and pages (tests/suite/browser.rs, tests/suite/pages.rs): a browser
# and pdftotext, on Debian and its kin, and axe-core by npm. Does nothing for what is there already.
# Prints `ok NAME` or `missing NAME: reason` for each; exit 1 when one is missing.
set -u

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
status=0

have() { command -v "$1" >/dev/null 2>&1; }

missing() { # missing NAME REASON
    echo "missing $1: $2"
    status=1
}

install() { # install PACKAGE
    if ! have apt-get || [ "$(id -u)" != 0 ]; then
        echo "$1: install it by hand (this script needs apt-get and root)"
        return
    fi
    export DEBIAN_FRONTEND=noninteractive
    apt-get -q update && apt-get -q install -y --no-install-recommends "$1"
}

browser() { have chromium || have chromium-browser || have google-chrome; }

browser || install chromium
if browser; then echo "ok chromium"; else missing chromium "there is no package of it"; fi

have pdftotext || install poppler-utils
if have pdftotext; then echo "ok pdftotext"; else missing pdftotext "there is no poppler-utils"; fi

axe=$here/node_modules/axe-core/package.json
wanted=$(sed -n 's/.*"axe-core": "\([0-9.]*\)".*/\1/p' "$here/package.json")
if ! grep -qs "\"version\": \"$wanted\"" "$axe" && have npm; then
    npm --prefix "$here" ci --no-audit --no-fund --ignore-scripts
fi
if grep -qs "\"version\": \"$wanted\"" "$axe"; then
    echo "ok axe-core $wanted"
else
    missing axe-core "npm did not install it, or is not there"
fi
exit "$status"
