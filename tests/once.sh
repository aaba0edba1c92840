# Common parts of the install scripts (sh): what was done with the same key before is not done again.
# A script sets `here`, its folder, and sources this file.

work=$here/.work
log=$work/install.log
status=0

mkdir -p "$work/stamps"
: >"$log"

have() { command -v "$1" >/dev/null 2>&1; }

digest() { cat "$@" | sha256sum | cut -d' ' -f1; }

# once STAMP KEY PROOF COMMAND: runs the command unless it succeeded before with the same key, and its
# proof, a file, is still there.
once() {
    stamp=$work/stamps/$1
    [ -e "$3" ] && [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$2" ] && return 0
    echo "== $1" >>"$log"
    rm -f "$stamp"
    "$4" >>"$log" 2>&1 </dev/null || return 1
    echo "$2" >"$stamp"
}
