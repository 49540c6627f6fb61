#!/usr/bin/env bash
# Times programs that are not crates on the standard letter: letters a CPU second of the whole
# process, its start included, beside ours.
#
#   benches/render/others.sh                      2,560 letters, everybody
#   benches/render/others.sh 20000 ours itext     so many letters, these only
#
# Everybody reads the same table (`render-bench data`) and body.txt, breaks the paragraphs anew and
# writes one file; customer barcode and DataMatrix come ready as bars and modules. A file is timed
# only when qpdf finds it sound and every value and paragraph stands on its page. Contenders take
# turns in three rounds; the median counts. `each further` leaves out what a process does once: the
# time of a tenth of the letters is taken off. Needs GNU time (/usr/bin/time), qpdf and pdftotext.
#
# What is missing is installed: iText 2.1 and a JDK (Debian), ReportLab and typst (PyPI, into an
# environment of its own), PDFKit (npm). A contender that cannot be had is named, and the script
# fails at the end.
set -euo pipefail
cd "$(dirname "$0")"
count=${1:-2560}
[ $# -gt 1 ] && contenders=("${@:2}") || contenders=(ours itext reportlab pdfkit typst)
rounds=3
fonts=../../fonts
body=letter/body.txt
bench=${CARGO_TARGET_DIR:-$PWD/target}/release/render-bench
tools=${CARGO_TARGET_DIR:-$PWD/target}/others
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$tools"

as_root() {
    if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi
}

debian() {
    as_root apt-get update -qq >&2
    as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

# install NAME: makes a contender runnable and says its version.
install() {
    case $1 in
    ours) cargo build --release --quiet && git rev-parse --short HEAD ;;
    itext)
        jar=/usr/share/java/itext.jar
        [ -e "$jar" ] || debian libitext-java || return 1
        command -v javac >/dev/null || debian default-jdk-headless || return 1
        javac -cp "$jar" -d "$tools" others/ItextLetters.java || return 1
        echo "$(basename "$(readlink -f "$jar")" .jar), $(java -version 2>&1 | head -n 1)"
        ;;
    reportlab | typst)
        [ -x "$tools/venv/bin/python" ] || python3 -m venv "$tools/venv" || return 1
        "$tools/venv/bin/pip" install --quiet "$1" >&2 || return 1
        echo "$("$tools/venv/bin/pip" show "$1" | sed -n 's/^Version: //p')," \
            "$("$tools/venv/bin/python" --version)"
        ;;
    pdfkit)
        npm install --silent --no-save --prefix "$tools" pdfkit >&2 || return 1
        echo "$(sed -n 's/.*"version": "\(.*\)".*/\1/p' "$tools/node_modules/pdfkit/package.json")," \
            "Node $(node --version)"
        ;;
    *) echo "nobody is called $1" >&2 && return 1 ;;
    esac
}

# run NAME LETTERS OUT: writes the letters of a table.
run() {
    local time=(/usr/bin/time -o "$work/time" -f '%U %S %M')
    case $1 in
    ours) "${time[@]}" "$bench" write "$3" "$(($(wc -l <"$2") - 1))" ;;
    itext)
        "${time[@]}" java -XX:+UseSerialGC -cp "$tools:/usr/share/java/itext.jar" \
            ItextLetters "$2" "$body" "$fonts" "$3"
        ;;
    pdfkit)
        NODE_PATH=$tools/node_modules "${time[@]}" \
            node others/pdfkit_letters.js "$2" "$body" "$fonts" "$3"
        ;;
    *) "${time[@]}" "$tools/venv/bin/python" "others/$1_letters.py" "$2" "$body" "$fonts" "$3" ;;
    esac
}

missing=()
ready=()
cargo build --release --quiet
"$bench" data "$((count / 10))" >"$work/few.tsv"
"$bench" data "$count" >"$work/letters.tsv"
for name in "${contenders[@]}"; do
    if ! version=$(install "$name"); then
        missing+=("$name")
        continue
    fi
    echo "$name: $version"
    run "$name" "$work/few.tsv" "$work/few.pdf"
    qpdf --check "$work/few.pdf" >/dev/null
    python3 others/check_text.py "$work/few.tsv" "$body" "$work/few.pdf"
    ready+=("$name")
done

for _ in $(seq "$rounds"); do
    for name in "${ready[@]}"; do
        run "$name" "$work/few.tsv" "$work/few.pdf"
        echo "$name $(cat "$work/time") $(stat -c %s "$work/few.pdf")" >"$work/few"
        run "$name" "$work/letters.tsv" "$work/out.pdf"
        echo "$(cat "$work/few") $(cat "$work/time") $(stat -c %s "$work/out.pdf")" >>"$work/figures"
    done
done
echo
echo "$count letters, $rounds rounds, load $(cut -d' ' -f1 /proc/loadavg)"
echo "| what | letters a CPU second | each further | bytes of each further | peak memory |"
echo "|---|---|---|---|---|"
for name in "${ready[@]}"; do
    # NAME, then user and system seconds, kB and bytes for a tenth and for all.
    grep "^$name " "$work/figures" | sort -g -k 6 |
        awk -v name="$name" -v count="$count" '{ line[NR] = $0 }
            END { split(line[int((NR + 1) / 2)], f)
                  all = f[6] + f[7]; more = all - f[2] - f[3]; letters = count - int(count / 10)
                  printf "| %s | %.0f | %.0f | %.0f | %.0f MB |\n",
                      name, count / all, letters / more, (f[9] - f[5]) / letters, f[8] / 1024 }'
done
if [ ${#missing[@]} -gt 0 ]; then
    echo "could not be had: ${missing[*]}" >&2
    exit 1
fi
