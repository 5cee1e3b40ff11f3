/**
 * Answers with a file that is made while it is sent: the next piece is asked for when the last one has
 * left, so that a long one needs little memory. Who goes away ends it.
 *
 * What is refused before the first piece throws here, as any other refusal.
 */
export async function textStream(
  pieces: AsyncGenerator<string, void>,
  file: { type: string; name: string },
): Promise<Response> {
  const encoder = new TextEncoder();
  let held: IteratorResult<string, void> | null = await pieces.next();
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const piece = held ?? (await pieces.next());
      held = null;
      if (piece.done === true) controller.close();
      else controller.enqueue(encoder.encode(piece.value));
    },
    async cancel() {
      await pieces.return(undefined);
    },
  });
  return new Response(body, {
    headers: {
      'content-type': file.type,
      'content-disposition': `attachment; filename="${file.name}"`,
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    },
  });
}
