#!/bin/sh
# Fetches both CRLs over http, checks each against its CA, and puts them where Apache reads them
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
for name in signing-ca root-ca; do
  curl --fail --silent --show-error --max-time 30 --output "$work/$name.crl" "$portal/crl/$name.crl"
  openssl crl -inform DER -in "$work/$name.crl" -CAfile "$bundle" -noout 2> "$work/verdict" || true
  if ! grep -q 'verify OK' "$work/verdict"; then
    echo "hubgate-crl-refresh: $name.crl is not signed by a CA of $bundle; nothing was changed." >&2
    exit 1
  fi
  end=$(openssl crl -inform DER -in "$work/$name.crl" -noout -nextupdate | cut -d= -f2)
  if [ "$(date -d "$end" +%s)" -le "$(date +%s)" ]; then
    echo "hubgate-crl-refresh: $name.crl ended on $end; nothing was changed. Is the portal's signer running?" >&2
    exit 1
  fi
  openssl crl -inform DER -in "$work/$name.crl" >> "$work/crls.pem"
done

cmp -s "$work/crls.pem" "$target" && exit 0
chmod 0644 "$work/crls.pem"
mv "$work/crls.pem" "$target"
[ $# -eq 0 ] || "$@"
