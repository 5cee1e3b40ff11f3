#!/bin/sh
# Turns the gate's maps, as the portal writes them, into what nginx includes, and reloads nginx when
# something changed. A line that is not understood admits nobody. What nginx refuses to load is taken
# back: the files in place stay.
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

# astro http://127.0.0.1:8000 -> astro http://127.0.0.1:8000;
{ grep -E '^[a-z0-9][a-z0-9-]* http://([0-9.]+|\[[0-9a-f:]+\]|[a-z0-9][a-z0-9.-]*):[0-9]+$' "$maps/hubs.map" || true; } |
  sed -e "$plain" -e 's#http://localhost:#http://127.0.0.1:#' -e 's/$/;/' > "$work/hubs.conf"
# astro any -> astro yes;            astro/alice yes -> astro/alice yes;
{ grep -E '^[a-z0-9][a-z0-9-]* any$' "$maps/access.map" || true; } |
  sed -e "$plain" -e 's/ any$/ yes;/' > "$work/open.conf"
# and astro/ev-summer-01 no, which comes first; of a name that nginx cannot match it is astro/ no: nobody
# whose name it cannot match gets in there.
{ grep -E '^[a-z0-9][a-z0-9-]*/.* no$' "$maps/access.map" || true; } |
  sed -e '\#^[a-z0-9-]*/[a-z_][a-z0-9_.-]* no$#!s#/.* no$#/ no#' | sort -u | sed -e 's/$/;/' > "$work/listed.conf"
{ grep -E '^[a-z0-9][a-z0-9-]*/[a-z_][a-z0-9_.-]* yes$' "$maps/access.map" || true; } |
  sed -e 's/$/;/' >> "$work/listed.conf"
# ou:astro/NLHPC yes -> ou:astro/NLHPC yes;
{ grep -E '^ou:[a-z0-9][a-z0-9-]*/[A-Za-z0-9_.-]+ yes$' "$maps/access.map" || true; } |
  sed -e 's/$/;/' > "$work/units.conf"
# =version 0a1b… -> default 0a1b…;
version=$(sed -n 's/^=version \([0-9a-f]\{1,64\}\)$/\1/p' "$maps/access.map" | head -n 1)
echo "default ${version:-none};" > "$work/version.conf"
# Without the line that says that it is complete, the list lets nobody in.
if grep -qx 'complete yes' "$maps/revoked.map"; then
  { echo 'default good;'; { grep -E '^[0-9A-F]+ revoked$' "$maps/revoked.map" || true; } | sort -u | sed -e 's/$/;/'; } > "$work/revoked.conf"
else
  echo 'default unknown;' > "$work/revoked.conf"
fi
left=$(grep -vcE '^(#.*|=version .*|[a-z0-9][a-z0-9-]* any|[a-z0-9][a-z0-9-]*/[a-z_][a-z0-9_.-]* yes|[a-z0-9][a-z0-9-]*/.* no|ou:[a-z0-9][a-z0-9-]*/[A-Za-z0-9_.-]+ yes)$' "$maps/access.map" || true)
[ "$left" = 0 ] || echo "hubgate-nginx-refresh: $left lines of access.map name accounts or units that this layout of nginx cannot match; they stay outside." >&2

changed=no
for name in hubs open listed units version revoked; do
  cmp -s "$work/$name.conf" "$target/$name.conf" || changed=yes
done
[ "$changed" = yes ] || exit 0

mkdir "$work/before"
for name in hubs open listed units version revoked; do
  if [ -e "$target/$name.conf" ]; then cp -p "$target/$name.conf" "$work/before/"; fi
  chmod 0644 "$work/$name.conf"
  mv "$work/$name.conf" "$target/$name.conf"
done
if ! $check; then
  for name in hubs open listed units version revoked; do
    if [ -e "$work/before/$name.conf" ]; then mv "$work/before/$name.conf" "$target/$name.conf"; fi
  done
  echo 'hubgate-nginx-refresh: nginx does not accept the new files; the ones before are back in place.' >&2
  exit 1
fi
[ $# -eq 0 ] || "$@"
