/**
 * Reads server-sent events from the body of a POST (EventSource can only GET), as the WHATWG HTML
 * standard frames them (section 9.2.6): blocks end at an empty line, `data:` carries JSON here.
 *
 * @param names the events to give on; others are passed over
 */
export async function* readEvents<E extends { event: string }>(
  body: ReadableStream<Uint8Array>,
  names: readonly E['event'][],
): AsyncGenerator<E> {
  const reader = body
    .pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>)
    .getReader();
  let buffer = '';
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    buffer += value.replaceAll('\r\n', '\n');
    let end = buffer.indexOf('\n\n');
    while (end >= 0) {
      const event = parseBlock(buffer.slice(0, end), names);
      buffer = buffer.slice(end + 2);
      if (event) yield event as E;
      end = buffer.indexOf('\n\n');
    }
  }
}

function parseBlock(block: string, names: readonly string[]): { event: string } | null {
  let name = '';
  const data: string[] = [];
  for (const line of block.split('\n')) {
    if (line.startsWith('event:')) name = line.slice(6).trim();
    else if (line.startsWith('data:')) data.push(line.slice(5).trimStart());
  }
  if (data.length === 0 || !names.includes(name)) return null;
  const parsed: unknown = JSON.parse(data.join('\n'));
  return { event: name, ...(parsed as object) };
}
