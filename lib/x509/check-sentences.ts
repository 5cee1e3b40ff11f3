/**
 * Every sentence in which a check can end, and the rules of a preview (`rule`), in the language that the code is written in: those of keys and
 * requests here, those of the portal's own checks and of certificates that somebody shows as well. Pages
 * take the same sentence from the catalogue of their language (its `checks`), which a test holds against
 * this list: lib/http/check-text.test.ts.
 */
export const CHECK_SENTENCES = {
  csr_form: { ok: 'It is one well-formed CSR.' },
  csr_text: { ok: 'The names in it hold no hidden or look-alike characters.' },
  csr_signature: { ok: 'Its own key signed it ({algorithm}).' },
  csr_extensions: {
    none: 'It asks for no extensions.',
    ignored: 'It asks for {names}; that is ignored.',
    ca: 'It asks for {names}; that is ignored. A person has no reason to ask for a CA certificate.',
  },
  key_size: {
    ok: 'The RSA key has {bits} bits.',
    bad: 'The RSA key has {bits} bits; {least} to {most} are accepted. Make a new key, for example with 3072 bits.',
  },
  key_exponent: {
    ok: 'The RSA exponent is {exponent}.',
    bad: 'The RSA exponent is not an odd number from 65537 to 4294967295. Make a new key; every current program takes 65537.',
  },
  'key_small-factors': {
    ok: 'The RSA modulus has no factor below 65536.',
    bad: 'The RSA modulus can be divided by {factor}, so it was not made from two large primes. The program or its random numbers are faulty: make a new key elsewhere.',
  },
  'key_close-primes': {
    ok: 'The primes of the RSA key are not close together.',
    bad: 'The two primes of the RSA key are too close together: anybody can compute the private key (CVE-2022-26320). Make a new key with another program.',
  },
  key_roca: {
    ok: 'The RSA key does not bear the mark of ROCA.',
    bad: 'The RSA key bears the mark of a faulty smart card or TPM (ROCA, CVE-2017-15361): its private key can be computed. Make a new key in software or after a firmware update.',
  },
  key_curve: { ok: 'The EC key is a point on {curve}.' },
  key_order: {
    ok: 'The Ed25519 key is a point of full order on its curve.',
    bad: 'The Ed25519 key is a point of low or mixed order, which no program makes from a private key: signatures of it prove nothing. Make a new key.',
  },
  key_point: {
    bad: 'The Ed25519 key is not a point on its curve. The file is damaged or the program that made it is faulty: make a new key and CSR.',
  },
  key_ed25519: { bad: 'Browsers cannot use certificates with Ed25519 keys; programs can.' },
  key_compromised: {
    ok: 'The key is on no list of compromised keys.',
    published:
      'The private half of this key is known to others: it is printed in {document}. Make a new key, and stop using this one everywhere.',
    blocked:
      'The private half of this key is known to others: it was reported as compromised. Make a new key, and stop using this one everywhere.',
    file: 'The private half of this key is known to others: it is on this centre’s list of compromised keys. Make a new key, and stop using this one everywhere.',
    since: 'The key was reported as compromised after this request came in. The signer will not sign it.',
  },
  'key_not-a-ca': {
    ok: 'The key is not that of one of our CAs.',
    bad: 'This is the key of one of our CAs. It can never be in a certificate of a person or server: make a new key.',
  },

  request_account: {
    exists: 'The account {account} exists.',
    named: 'The account {account} exists: {name}.',
    groups: 'Groups: {groups}.',
    'by-sign-in': 'The requester signed in with it.',
    'by-mailbox': 'The requester’s proven mailbox is the account’s own.',
    unproven: 'Nothing shows that it is the requester’s.',
    unknown: 'The directory knows no account {account}.',
    ended: 'The directory says that the account {account} has ended.',
    system: '{account} is an account of the system itself.',
    unreachable:
      'The directory did not answer, so nothing is known of the account {account}. It is asked again.',
  },
  'request_name-held': {
    ok: 'Nobody else holds the account name {name}.',
    other:
      'The account name {name} belongs to somebody else ({holder}), and nothing shows that this is the same person.',
  },
  'request_name-wanted': { others: 'Other open requests ask for the same account name: {requests}.' },
  request_sponsor: {
    vouches: '{sponsor} vouches for the person.',
    noted: '{sponsor} vouches for the person: “{note}”',
  },
  'request_site-name': {
    ok: 'None of its names is one of this site itself.',
    own: 'It would be valid for {names}, this site itself: only its administrators need that, and they have hubgate server-cert.',
  },
  request_mailbox: {
    unproven: 'Nobody has shown that {email} is theirs; the certificate is issued without it.',
    proven: 'The mailbox {email} is proven.',
    vouched: 'An approver vouches for {email}.',
  },
  request_trust: {
    proven: 'The root CA is trusted where the request was made.',
    weak: 'The root CA seems to be trusted where the request was made, but a warning may have been clicked away.',
    none: 'Nothing shows that the root CA is trusted where the request was made.',
  },
  request_renewal: { shown: 'It renews the certificate {serial} of {name}, whose key was shown.' },
  'request_key-before': {
    none: 'The key came with no other request.',
    others: 'The same key came with {requests}.',
  },

  rule: {
    'first-host': 'the first host name',
    fixed: 'fixed by the centre',
    keys: 'RSA 2048 and up, P-256, P-384, Ed25519',
    days: '{days} days',
    profile: 'by profile',
    extensions: 'extensions come from the profile',
    mailbox: 'only when the mailbox is proven or an approver vouches',
  },

  shown: {
    nothing: 'Your browser showed no certificate.',
    unreadable: 'What was shown is not an X.509 certificate that can be read.',
  },
  headers: {
    untrusted:
      'Client-certificate headers came, but not from the front: not over its socket, and without its secret. They were ignored.',
  },
  front: {
    'not-forwarded':
      'The front says that a certificate was shown but does not forward it (X-SSL-Client-Cert).',
    unsaid: 'The front forwards a certificate without saying whether it verified (X-SSL-Client-Verify).',
    disagrees:
      'The front accepted a certificate that does not verify here ({codes}). Check its CA file and its maps.',
    unverified: 'The front could not verify it.',
  },
  issuer: {
    ok: 'Issued by {issuer}.',
    other: 'Not issued by this CA: it names {issuer} as its issuer.',
    unnamed: 'It was not issued by this CA.',
  },
  validity: {
    ok: 'Valid until {until}.',
    early: 'It is valid only from {from}.',
    'early-undated': 'It is not valid yet.',
    ended: 'It expired on {until}.',
    'ended-undated': 'It has expired.',
  },
  unit: {
    ok: 'Its unit is {unit}.',
    imported: 'Taken over from another CA: its unit is not asked for.',
    other: 'Its unit is {found}, not {unit}.',
    missing: 'Its unit is missing, not {unit}.',
  },
  names: {
    ok: 'It is for {name}.',
    none: 'It names nobody: a certificate is for exactly one account here.',
    several: 'It names {names}: a certificate is for exactly one account here.',
  },
  revoked: {
    ok: 'Not revoked.',
    plain: 'It was revoked.',
    held: 'It is on hold. Ask {contact} what it takes to end the hold; there is nothing to install.',
    'held-operators':
      'It is on hold. Ask the CA operators what it takes to end the hold; there is nothing to install.',
    key: 'It was revoked: its key is lost, or known to others. Request a new certificate with a new key.',
    superseded: 'It was revoked: a newer certificate replaces it. Choose that one when the browser asks.',
    unneeded: 'It was revoked as no longer needed. If you still need access, request a new one.',
    right: 'It was revoked: the right to it has ended. Ask {contact} if that is wrong.',
    'right-operators': 'It was revoked: the right to it has ended. Ask the CA operators if that is wrong.',
    ca: 'It was revoked with its CA. Ask {contact} how to trust the new one.',
    'ca-operators': 'It was revoked with its CA. Ask the CA operators how to trust the new one.',
    why: 'It was revoked. Ask {contact} why, or request a new one.',
    'why-operators': 'It was revoked. Ask the CA operators why, or request a new one.',
  },
} as const;
