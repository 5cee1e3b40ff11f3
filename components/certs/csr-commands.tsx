/**
 * The way without a browser: commands for a POSIX shell, to be pasted one after the other into the same
 * one. The page prints them, and e2e/printed-commands.test.ts runs them as they are printed.
 */
import { quoted } from '../ca/guides';

export const CSR_TOOLS = ['openssl', 'certtool', 'step'] as const;
export type CsrTool = (typeof CSR_TOOLS)[number];

export type CsrCommandFacts = {
  url: string;
  httpUrl: string;
  canaryUrl: string;
  /** The account name, or a server's first host name; the reader puts their own in its place. */
  name: string;
  email: string;
  server: boolean;
  /** The portal's certificate is the centre's own, so that each call has to name the CA. */
  privateRoot: boolean;
  /** A proof that this machine trusts the CA goes along. */
  proof: boolean;
};

export type CsrCommands = {
  /** Key and CSR; the centre's policy adds the rest of the subject. */
  make: Record<CsrTool, string>;
  /** Fetches what the calls name; null where nothing is needed. */
  trust: string | null;
  send: string;
  /** Waits for the decision and fetches the certificate. */
  wait: string;
  /** One file for a browser; null for servers, which want none. */
  p12: string | null;
};

/** From a key to a certificate: what is printed on /certs/new, beside the field for a CSR. */
export function csrCommands(facts: CsrCommandFacts): CsrCommands {
  const { httpUrl, server, privateRoot } = facts;
  return {
    make: makeCommands(facts),
    trust: privateRoot
      ? `curl -fO ${httpUrl}/ca/bundle.pem\nopenssl x509 -in bundle.pem -noout -fingerprint -sha256`
      : null,
    send: sendCommand(facts),
    wait: waitCommand(facts),
    p12: server
      ? null
      : `openssl pkcs12 -export -inkey "$NAME.key" -in "$NAME.pem" -certfile ${privateRoot ? 'bundle.pem' : '"$NAME-chain.pem"'} -name "$NAME" -out "$NAME.p12"`,
  };
}

function makeCommands({ name, server }: CsrCommandFacts): Record<CsrTool, string> {
  // Key and pick-up secret are for nobody else's eyes.
  const first = `umask 077; NAME=${quoted(name)}`;
  return {
    openssl: `${first}
openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$NAME.key" -subj "/CN=$NAME"${
      server ? ' -addext "subjectAltName=DNS:$NAME"' : ''
    } -out "$NAME.csr"`,
    certtool: `${first}
echo "cn = $NAME" > "$NAME.template"${server ? `; echo "dns_name = $NAME" >> "$NAME.template"` : ''}
certtool --generate-privkey --key-type ecdsa --curve secp256r1 --outfile "$NAME.key"
certtool --generate-request --load-privkey "$NAME.key" --template "$NAME.template" --outfile "$NAME.csr"`,
    step: `${first}
step certificate create --csr --kty EC --curve P-256 --no-password --insecure${
      server ? ' --san "$NAME"' : ''
    } "$NAME" "$NAME.csr" "$NAME.key"`,
  };
}

const calling = ({ privateRoot }: CsrCommandFacts): string => (privateRoot ? ' --cacert bundle.pem' : '');

/** Takes one string out of a JSON answer, without a program for that. */
const taken = (field: string): string => `sed 's/.*"${field}":"\\([^"]*\\)".*/\\1/'`;

function sendCommand(facts: CsrCommandFacts): string {
  const { url, canaryUrl, email, server, proof } = facts;
  const call = `curl -sS --fail-with-body${calling(facts)}`;
  const query = [
    // A plus in a query is a blank.
    `email=$(echo "$EMAIL" | sed 's/+/%2B/g')`,
    ...(server ? ['profile=server'] : []),
    ...(proof ? ['trustProof=$PROOF'] : []),
  ].join('&');
  return [
    `EMAIL=${quoted(email)}`,
    ...(proof
      ? [`PROOF=$(${call} "${canaryUrl}/trust/proof?nonce=$(openssl rand -hex 16)" | ${taken('proof')})`]
      : []),
    `${call} -H 'Content-Type: application/x-pem-file' --data-binary "@$NAME.csr" "${url}/api/v1/requests?${query}" | tee "$NAME.json"`,
  ].join('\n');
}

function waitCommand(facts: CsrCommandFacts): string {
  const call = `curl -sS${calling(facts)} -H "Authorization: Bearer $SECRET"`;
  const request = `${facts.url}/api/v1/requests/$ID`;
  // A certificate of a public CA on the portal's name says nothing about the chain of ours.
  const chain =
    facts.privateRoot || facts.server ? '' : `\n${call} -f -o "$NAME-chain.pem" ${request}/chain.pem`;
  return `ID=$(${taken('id')} "$NAME.json") SECRET=$(${taken('pickupSecret')} "$NAME.json")
while ${call} --fail-with-body -o "$NAME.state" ${request} && grep -qE '"state":"(SUBMITTED|APPROVED|SIGNING)"' "$NAME.state"; do sleep 10; done
${call} -f -o "$NAME.pem" ${request}/certificate.pem || cat "$NAME.state"${chain}`;
}
