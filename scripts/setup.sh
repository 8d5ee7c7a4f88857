#!/bin/sh
# Makes .venv with everything the project needs. Safe to repeat; does nothing when nothing changed.
set -eu
cd "$(dirname "$0")/.."
stamp=.venv/.setup-done

say() { printf 'setup: %s\n' "$*"; }

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"
    elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then sudo "$@"
    else return 1
    fi
}

updated=
install_packages() {
    command -v apt-get >/dev/null 2>&1 || return 1
    if [ -z "$updated" ]; then as_root apt-get update -qq >/dev/null 2>&1 || return 1; updated=1; fi
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

is_good() {
    "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null
}

find_python() {
    for candidate in "${PYTHON:-python3}" python3.13 python3.12 python3.11; do
        if command -v "$candidate" >/dev/null 2>&1 && is_good "$candidate"; then
            echo "$candidate"; return
        fi
    done
    return 1
}

has_browser() {
    command -v chromium >/dev/null 2>&1 || command -v google-chrome >/dev/null 2>&1 ||
        [ -n "$(find "${PLAYWRIGHT_BROWSERS_PATH:-$HOME/.cache/ms-playwright}" -maxdepth 1 -name 'chromium*' 2>/dev/null | head -n 1)" ]
}

python=$(find_python) || { say "Python 3.11, 3.12 or 3.13 is needed; install one and set PYTHON"; exit 1; }

if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
    install_packages "python$version-venv" || install_packages python3-venv ||
        { say "please install the package python$version-venv"; exit 1; }
fi

if [ ! -x .venv/bin/python ] || ! is_good .venv/bin/python; then
    "$python" -m venv --clear .venv
fi

if [ ! -f "$stamp" ] || [ pyproject.toml -nt "$stamp" ] || [ constraints.txt -nt "$stamp" ]; then
    # pip before 24 stumbles over lxml[html_clean], which trafilatura asks for.
    .venv/bin/python -m pip install --quiet --upgrade 'pip>=24'
    .venv/bin/python -m pip install --quiet -c constraints.txt -e '.[browser,postgres,parquet,cluster,dev]'
    touch "$stamp"
fi

if ! has_browser; then
    # On Ubuntu the package only starts a snap, which needs a running snapd.
    if grep -qs '^ID=debian' /etc/os-release && install_packages chromium; then
        say "installed chromium"
    elif as_root .venv/bin/playwright install --with-deps chromium >/dev/null 2>&1 ||
        .venv/bin/playwright install chromium >/dev/null 2>&1; then
        say "installed Playwright's chromium"
    else
        say "no Chromium: please install the package chromium; sources with render = \"browser\" need it"
    fi
fi

has_postgres() {
    command -v initdb >/dev/null 2>&1 || [ -n "$(find /usr/lib/postgresql -name initdb 2>/dev/null | head -n 1)" ]
}

# The tests start servers of their own; the package's own cluster is not needed.
if ! has_postgres && ! install_packages postgresql; then
    say "no PostgreSQL: please install the package postgresql; the tests of shared frontiers need it"
fi
