/** A peer sent a line longer than was allowed; the connection must end. */
export class LineTooLong extends RangeError {
  override readonly name = 'LineTooLong';
}

const LF = 0x0a;

/**
 * Cuts a byte stream into lines. Bytes are joined once per line, not once per chunk, so that a line
 * of megabytes costs linear time however small the pieces are in which it arrives.
 */
export class LineSplitter {
  readonly #maxBytes: number;
  #pieces: Buffer[] = [];
  #bytes = 0;

  /** @param maxBytes longest line accepted, without its line feed */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** True while a line has begun and not ended: what a read timeout is measured on. */
  get midLine(): boolean {
    return this.#bytes > 0;
  }

  /**
   * @returns the lines that this chunk completes, decoded as UTF-8, without line feeds
   * @throws {LineTooLong} when a line grows past the limit, finished or not
   */
  push(chunk: Buffer): string[] {
    const lines: string[] = [];
    let start = 0;
    for (let end = chunk.indexOf(LF); end !== -1; end = chunk.indexOf(LF, start)) {
      this.#take(chunk.subarray(start, end));
      lines.push(Buffer.concat(this.#pieces, this.#bytes).toString('utf8'));
      this.#pieces = [];
      this.#bytes = 0;
      start = end + 1;
    }
    if (start < chunk.length) this.#take(chunk.subarray(start));
    return lines;
  }

  #take(piece: Buffer): void {
    this.#bytes += piece.length;
    if (this.#bytes > this.#maxBytes) {
      throw new LineTooLong(`A line is longer than ${this.#maxBytes} bytes.`);
    }
    this.#pieces.push(piece);
  }
}
