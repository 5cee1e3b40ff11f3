import { mustRun } from './run';

export type ParsedMail = {
  headers: Record<string, string>;
  /** What a strict reader objects to; empty when all is well. */
  defects: string[];
  parts: { type: string; name: string | null; text: string }[];
};

/** Python's own reader of mails: MIME (RFC 2045 to 2047) as somebody else understood it. */
const READER = `
import email, email.policy, json, sys
mail = email.message_from_bytes(sys.stdin.buffer.read(), policy=email.policy.SMTP)
parts = [part for part in mail.walk() if not part.is_multipart()]
print(json.dumps({
  'headers': {name: str(value) for name, value in mail.items()},
  'defects': [str(defect) for part in mail.walk() for defect in part.defects],
  'parts': [{
    'type': part.get_content_type(),
    'name': part.get_filename(),
    'text': part.get_payload(decode=True).decode(part.get_content_charset() or 'utf-8'),
  } for part in parts],
}))
`;

/** Reads a mail as it came over the wire. */
export async function parseMail(data: string): Promise<ParsedMail> {
  return JSON.parse(await mustRun('python3', ['-c', READER], { input: data })) as ParsedMail;
}
