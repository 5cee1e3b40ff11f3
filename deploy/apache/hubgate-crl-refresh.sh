#!/bin/sh
# Takes all CRLs (root, signing CA, former signing CAs) as the portal publishes them, checks each against
# its CA, and puts them where Apache reads them (@CRL_FILE@ of hubgate.conf), by rename. Reloads Apache only
# when something changed. A CRL that does not verify, has expired, or is older than the one in place is not
# installed: those in place stay.
#
# usage: hubgate-crl-refresh.sh <source> <ca-bundle.pem> <crls.pem> [reload command…]
#   source: crls.pem among the gate's maps, or on another machine the portal's http address
set -eu

source=$1 bundle=$2 target=$3
shift 3
work=$(mktemp -d "$target.XXXXXX")
trap 'rm -rf "$work"' EXIT

: > "$work/crls.pem"
case $source in
  http://* | https://*) curl --fail --silent --show-error --max-time 30 --output "$work/all.pem" "$source/crl/crls.pem" ;;
  *)
    # The folder is the portal's: what lies there may be anything, also a pipe without an end.
    if [ ! -f "$source" ]; then
      echo "hubgate-crl-refresh: there is no $source yet; nothing was changed. Does the portal run?" >&2
      exit 1
    fi
    head -c 268435456 "$source" > "$work/all.pem"
    ;;
esac
# One file each: a list may be megabytes long, and openssl crl reads the first of a file only.
split_lists() { awk -v prefix="$2" '/-----BEGIN X509 CRL-----/ { n++ } n { print > sprintf("%s-%03d.pem", prefix, n) }' "$1"; }
of_list() { openssl crl -in "$1" -noout "-$2" -nameopt RFC2253 | cut -d= -f2-; }
seconds() { date -d "$1" +%s; }
split_lists "$work/all.pem" "$work/list"
if [ -f "$target" ]; then split_lists "$target" "$work/before"; fi

older_than_before() {
  for before in "$work"/before-*.pem; do
    [ -e "$before" ] || return 1
    [ "$(of_list "$before" issuer)" = "$1" ] || continue
    [ "$(seconds "$2")" -lt "$(seconds "$(of_list "$before" lastupdate)")" ] && return 0
  done
  return 1
}

count=0
signs=$(openssl x509 -in "$bundle" -noout -subject -nameopt RFC2253 | cut -d= -f2-)
signing=missing
for list in "$work"/list-*.pem; do
  [ -e "$list" ] || break
  count=$((count + 1))
  issuer=$(of_list "$list" issuer)
  if [ "$issuer" = "$signs" ]; then signing=there; fi
  openssl crl -in "$list" -CAfile "$bundle" -noout 2> "$work/verdict" || true
  if ! grep -q 'verify OK' "$work/verdict"; then
    echo "hubgate-crl-refresh: a list ($issuer) is not signed by a CA of $bundle; nothing was changed. After a roll-over: hubgate ca publish, as root." >&2
    exit 1
  fi
  end=$(of_list "$list" nextupdate)
  if [ "$(seconds "$end")" -le "$(date +%s)" ]; then
    echo "hubgate-crl-refresh: a list ($issuer) ended on $end; nothing was changed. Is its key unlocked (hubgate ca status)?" >&2
    exit 1
  fi
  if older_than_before "$issuer" "$(of_list "$list" lastupdate)"; then
    echo "hubgate-crl-refresh: a list ($issuer) is older than the one in place; nothing was changed." >&2
    exit 1
  fi
  openssl crl -in "$list" >> "$work/crls.pem"
done
# Root and signing CA (the first of the bundle) at least: without one of them Apache would refuse everybody.
if [ "$count" -lt 2 ] || [ "$signing" = missing ]; then
  echo "hubgate-crl-refresh: the portal lacks a list that is needed ($count there, that of $signs $signing); nothing was changed." >&2
  exit 1
fi

cmp -s "$work/crls.pem" "$target" && exit 0
chmod 0644 "$work/crls.pem"
mv "$work/crls.pem" "$target"
[ $# -eq 0 ] || "$@"
