#!/bin/sh
# Fetches all CRLs over http (root, signing CA, former signing CAs), checks each against its CA, and puts them where Apache reads them
# (@CRL_FILE@ of hubgate.conf). Reloads Apache only when something changed. A CRL that does not
# verify or has expired is not installed: the one in place stays.
#
# usage: hubgate-crl-refresh.sh <http address of the portal> <ca-bundle.pem> <crls.pem> [reload command…]
set -eu

portal=$1 bundle=$2 target=$3
shift 3
work=$(mktemp -d "$target.XXXXXX")
trap 'rm -rf "$work"' EXIT

: > "$work/crls.pem"
curl --fail --silent --show-error --max-time 30 --output "$work/all.pem" "$portal/crl/crls.pem"
# One file each: a list may be megabytes long, and openssl crl reads the first of a file only.
awk -v folder="$work" '/-----BEGIN X509 CRL-----/ { n++ } n { print > sprintf("%s/list-%03d.pem", folder, n) }' "$work/all.pem"
count=0
signs=$(openssl x509 -in "$bundle" -noout -subject -nameopt RFC2253 | cut -d= -f2-)
signing=missing
for list in "$work"/list-*.pem; do
  [ -e "$list" ] || break
  count=$((count + 1))
  issuer=$(openssl crl -in "$list" -noout -issuer -nameopt RFC2253 | cut -d= -f2-)
  if [ "$issuer" = "$signs" ]; then signing=there; fi
  openssl crl -in "$list" -CAfile "$bundle" -noout 2> "$work/verdict" || true
  if ! grep -q 'verify OK' "$work/verdict"; then
    echo "hubgate-crl-refresh: a list ($issuer) is not signed by a CA of $bundle; nothing was changed. After a roll-over: hubgate ca publish, as root." >&2
    exit 1
  fi
  end=$(openssl crl -in "$list" -noout -nextupdate | cut -d= -f2)
  if [ "$(date -d "$end" +%s)" -le "$(date +%s)" ]; then
    echo "hubgate-crl-refresh: a list ($issuer) ended on $end; nothing was changed. Is its key unlocked (hubgate ca status)?" >&2
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
