# shellcheck shell=sh disable=SC2034,SC2154
# Sourced by demo and test: install what is missing from Debian. Usage: need_packages build test ...
packages_build="build-essential cmake ninja-build pkg-config libpng-dev zlib1g-dev libcjson-dev nettle-dev libcairo2-dev libdnnl-dev fonts-dejavu-core"
packages_test="libcmocka-dev python3 python3-venv python3-numpy python3-pil locales groff-base"
packages_ci="python3-torch clang llvm libomp-dev libclang-rt-14-dev clang-format clang-tidy shellcheck"

say() { printf '\n== %s\n' "$*"; }

need_packages() {
    missing=""
    for group in "$@"; do
        eval "list=\$packages_$group"
        for package in $list; do
            dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing="$missing $package"
        done
    done
    [ -n "$missing" ] || return 0
    say "Installing from Debian:$missing"
    as_root=""
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null 2>&1 || { echo "Not root and no sudo: install these packages, then run this again."; exit 1; }
        as_root=sudo
    fi
    $as_root apt-get update -qq
    # shellcheck disable=SC2086 # a list of package names
    DEBIAN_FRONTEND=noninteractive $as_root apt-get install -y -qq --no-install-recommends $missing >/dev/null
}

# The libraries that parse files must carry Debian 12's security fixes (docs/formats.md).
need_fixed_libraries() {
    for pair in "libpng16-16 1.6.39-2+deb12u6" "libcjson1 1.7.15-1+deb12u4"; do
        package=${pair% *} fixed=${pair#* }
        have=$(dpkg-query -W -f='${Version}' "$package")
        if dpkg --compare-versions "$have" lt "$fixed"; then
            echo "$package $have lacks security fixes: run apt-get update && apt-get upgrade ($fixed or newer is needed)"
            exit 1
        fi
    done
}

# A locale with decimal commas, compiled privately, for the tests that show it makes no difference.
need_comma_locale() {
    mkdir -p build/locale
    [ -d build/locale/de_DE.UTF-8 ] || localedef -i de_DE -f UTF-8 build/locale/de_DE.UTF-8
    export LOCPATH="$PWD/build/locale"
}
