#!/bin/sh
# Turns the gate's maps, as the portal writes them, into what nginx includes, and reloads nginx when
# something changed. A line that is not understood admits nobody. What nginx refuses to load is taken
# back: the files in place stay. Revocations come first and by themselves: whatever is wrong with the
# other files holds none of them back.
#
# usage: hubgate-nginx-refresh.sh <folder of the maps> <folder for nginx> <test command> [reload command…]
#   hubgate-nginx-refresh.sh /var/lib/hubgate-gate /etc/nginx/hubgate-gate "nginx -t -q" nginx -s reload
set -eu

maps=$1 target=$2 check=$3
shift 3
mkdir -p "$target"
work=$(mktemp -d "$target/.new.XXXXXX")
trap 'rm -rf "$work"' EXIT

# default, include, … are words of nginx inside a map; a backslash makes them plain keys.
plain='s/^\(default\|include\|hostnames\|volatile\) /\\\1 /'

# nginx compares the keys of a map without case, and refuses a file in which one stands twice: of units
# NLHPC and nlhpc of one hub, either line says what both do. Prints the first of such lines, in order.
once() { awk '!seen[tolower($1)]++'; }

# astro http://127.0.0.1:8000 -> astro http://127.0.0.1:8000;
{ grep -E '^[a-z0-9][a-z0-9-]* http://([0-9.]+|\[[0-9a-f:]+\]|[a-z0-9][a-z0-9.-]*):[0-9]+$' "$maps/hubs.map" || true; } |
  sed -e "$plain" -e 's#http://localhost:#http://127.0.0.1:#' -e 's/$/;/' | once > "$work/hubs.conf"
# astro any -> astro yes;            astro/alice yes -> astro/alice yes;
{ grep -E '^[a-z0-9][a-z0-9-]* any$' "$maps/access.map" || true; } |
  sed -e "$plain" -e 's/ any$/ yes;/' | once > "$work/open.conf"
# and astro/ev-summer-01 no, which comes first; of a name that nginx cannot match it is astro/ no: nobody
# whose name it cannot match gets in there.
{
  { grep -E '^[a-z0-9][a-z0-9-]*/.* no$' "$maps/access.map" || true; } |
    sed -e '\#^[a-z0-9-]*/[a-z_][a-z0-9_.-]* no$#!s#/.* no$#/ no#'
  grep -E '^[a-z0-9][a-z0-9-]*/[a-z_][a-z0-9_.-]* yes$' "$maps/access.map" || true
} | sed -e 's/$/;/' | once > "$work/listed.conf"
# ou:astro/NLHPC yes -> ou:astro/NLHPC yes;
{ grep -E '^ou:[a-z0-9][a-z0-9-]*/[A-Za-z0-9_.-]+ yes$' "$maps/access.map" || true; } |
  sed -e 's/$/;/' | once > "$work/units.conf"
# =version 0a1b… -> default 0a1b…;
version=$(sed -n 's/^=version \([0-9a-f]\{1,64\}\)$/\1/p' "$maps/access.map" | head -n 1)
echo "default ${version:-none};" > "$work/version.conf"
# Without the line that says that it is complete, the list lets nobody in.
if grep -qx 'complete yes' "$maps/revoked.map"; then
  { echo 'default good;'; { grep -E '^[0-9A-F]+ revoked$' "$maps/revoked.map" || true; } | sed -e 's/$/;/' | once; } > "$work/revoked.conf"
else
  echo 'default unknown;' > "$work/revoked.conf"
fi
left=$(grep -vcE '^(#.*|=version .*|[a-z0-9][a-z0-9-]* any|[a-z0-9][a-z0-9-]*/[a-z_][a-z0-9_.-]* yes|[a-z0-9][a-z0-9-]*/.* no|ou:[a-z0-9][a-z0-9-]*/[A-Za-z0-9_.-]+ yes)$' "$maps/access.map" || true)
[ "$left" = 0 ] || echo "hubgate-nginx-refresh: $left lines of access.map name accounts or units that this layout of nginx cannot match; they stay outside." >&2

news=no refused=no
# put <file>…: puts them in place when one of them is new, and back what was there when nginx does not
# load them.
put() {
  changed=no
  for name; do
    cmp -s "$work/$name.conf" "$target/$name.conf" || changed=yes
  done
  [ "$changed" = yes ] || return 0
  rm -rf "$work/before"
  mkdir "$work/before"
  for name; do
    if [ -e "$target/$name.conf" ]; then cp -p "$target/$name.conf" "$work/before/"; fi
    chmod 0644 "$work/$name.conf"
    mv "$work/$name.conf" "$target/$name.conf"
  done
  if $check; then
    news=yes
    return 0
  fi
  refused=yes
  for name; do
    if [ -e "$work/before/$name.conf" ]; then mv "$work/before/$name.conf" "$target/$name.conf"; fi
  done
  echo "hubgate-nginx-refresh: nginx does not accept the new files ($*); the ones before are back in place." >&2
}

there=yes
for name in revoked hubs open listed units version; do
  [ -e "$target/$name.conf" ] || there=no
done
if [ "$there" = yes ]; then
  put revoked
  put hubs open listed units version
else
  # nginx loads all of them or none.
  put revoked hubs open listed units version
fi
# What is in place is loaded, also when the rest was taken back.
if [ "$news" = yes ] && [ $# -gt 0 ]; then "$@"; fi
[ "$refused" = no ]
