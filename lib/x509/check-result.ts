import { CHECK_SENTENCES } from './check-sentences';

type Sentences = typeof CHECK_SENTENCES;

/** A sentence by the name that the catalogues have for it, such as `key_size.bad`. */
export type CheckSentence = {
  [Check in keyof Sentences]: `${Check}.${keyof Sentences[Check] & string}`;
}[keyof Sentences];

type TextOf<Name extends CheckSentence> = Name extends `${infer Check}.${infer Case}`
  ? Check extends keyof Sentences
    ? Case extends keyof Sentences[Check]
      ? Sentences[Check][Case]
      : never
    : never
  : never;
type PlacesOf<Text> = Text extends `${string}{${infer Place}}${infer Rest}` ? Place | PlacesOf<Rest> : never;

/** Values for the places of a sentence; instants in ISO 8601, which pages write in their own way. */
export type CheckParams = Readonly<Record<string, string | number>>;

/** What a check found: the English sentences, and the same by name for who words them in another language. */
export type Said = {
  message: string;
  says: { sentence: CheckSentence; params?: CheckParams }[];
};

/**
 * One check and its outcome, as stored with a request, shown to approvers and sent by the API.
 * `level` says how a failure weighs: `refuse` never gets past intake, `bad` and `warn` keep a
 * request out of bulk approval, `info` is only shown.
 */
export type CheckResult = {
  code: string;
  ok: boolean;
  level: 'refuse' | 'bad' | 'warn' | 'info';
  message: string;
  /** The message by name and values, in its order; missing in what was stored before there were names. */
  says?: Said['says'];
};

/** One sentence with its places filled. */
export function said<Name extends CheckSentence>(
  sentence: Name,
  ...[params]: [PlacesOf<TextOf<Name>>] extends [never]
    ? []
    : [params: Readonly<Record<PlacesOf<TextOf<Name>>, string | number>>]
): Said {
  const values: CheckParams = params ?? {};
  const message = textOf(sentence).replace(/\{(\w+)\}/g, (_place, name: string) =>
    inEnglish(values[name] ?? ''),
  );
  return { message, says: [{ sentence, ...(params === undefined ? {} : { params: values }) }] };
}

/** Several sentences, one after the other. */
export function saidTogether(parts: readonly Said[]): Said {
  return {
    message: parts.map(({ message }) => message).join(' '),
    says: parts.flatMap(({ says }) => says),
  };
}

function textOf(sentence: CheckSentence): string {
  const [check = '', wanted = ''] = sentence.split('.');
  return (CHECK_SENTENCES as Record<string, Record<string, string> | undefined>)[check]?.[wanted] ?? '';
}

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d[\d:.]*Z$/;

function inEnglish(value: string | number): string {
  const text = String(value);
  return INSTANT.test(text) ? `${text.slice(0, 16).replace('T', ' ')} UTC` : text;
}
