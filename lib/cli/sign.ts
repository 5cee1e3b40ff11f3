import { createInterface, emitKeypressEvents, type Key } from 'node:readline';

import type { Command } from 'commander';

import type { Ctx } from '../ctx';
import { isHubgateError } from '../errors';
import { approveRequest } from '../requests/approve-request';
import { listRequests } from '../requests/list-requests';
import { rejectRequest } from '../requests/reject-request';
import { signRequests, type SignInput } from '../requests/sign-requests';
import { unapproveRequest } from '../requests/unapprove-request';
import { viewRequest } from '../requests/view-request';
import type { SignEvent } from '../requests/views';
import { withCtx, type Output } from './context';
import { requestText } from './requests';

/** `hubgate sign`: the queue in the terminal, one key per decision, then everything approved is signed. */
export function register(program: Command): void {
  program
    .command('sign')
    .description('decide on the waiting requests one by one, then sign what is approved')
    .option('--all', 'ask nothing: sign what is approved already')
    .action((options: { all?: true }, command: Command) =>
      withCtx(command, async (ctx, out) => {
        const asks = options.all !== true && !out.json && process.stdin.isTTY;
        if (asks && !(await decide(ctx, out))) {
          process.exitCode = 130; // as a shell says of what Ctrl-C ended
          return;
        }
        await signNow(ctx, out, { all: true });
      }),
    );
}

/** Walks the queue, oldest first, until its end or `q`. False: Ctrl-C, nothing shall be signed. */
async function decide(ctx: Ctx, out: Output): Promise<boolean> {
  const approved: string[] = [];
  out.note(
    'a approve · v approve and vouch for the e-mail · r reject · s skip · u undo the last approval · q stop, and sign · Ctrl-C sign nothing\n',
  );
  let cursor: string | undefined;
  for (;;) {
    const page = await listRequests(ctx, { state: 'SUBMITTED', sort: 'oldest', limit: 50, cursor });
    for (const item of page.items) {
      const next = await decideOne(ctx, out, item.id, approved);
      if (next === 'abort') {
        out.note('Nothing was signed here. What is approved stays approved.');
        return false;
      }
      if (next === 'stop') return true;
    }
    if (page.nextCursor === null) {
      out.note('No more requests wait.');
      return true;
    }
    cursor = page.nextCursor;
  }
}

/** Refusals are told, and the same request is asked about again when its version changed. */
async function decideOne(
  ctx: Ctx,
  out: Output,
  id: string,
  approved: string[],
): Promise<'next' | 'stop' | 'abort'> {
  for (;;) {
    const view = await viewRequest(ctx, { id });
    if (view.state !== 'SUBMITTED') return 'next';
    out.note(`\n${requestText(view)}`);
    const key = await oneKey('[a/v/r/s/u/q] ');
    try {
      if (key === 'abort') return 'abort';
      if (key === 'q') return 'stop';
      if (key === 's') return 'next';
      if (key === 'u') {
        const last = approved.pop();
        if (last === undefined) out.note('There is no approval of this run to undo.');
        else {
          await unapproveRequest(ctx, { id: last });
          out.note(`${last} waits again; it is asked about at the next run`);
        }
        continue;
      }
      if (key === 'r') {
        const reason = await oneLine('Reason, for the requester: ');
        if (reason.trim() === '') continue;
        await rejectRequest(ctx, { id, version: view.version, reason });
        out.note(`${id} rejected`);
        return 'next';
      }
      if (key !== 'a' && key !== 'v') continue;
      const held = view.checks.some((check) => check.code === 'request.name-held' && !check.ok);
      if (held && (await oneKey('The name passes to somebody else. Really? [y/n] ')) !== 'y') continue;
      const { state } = await approveRequest(ctx, {
        id,
        version: view.version,
        vouchEmail: key === 'v',
        confirmTakeover: held,
      });
      out.note(
        `${id} ${state === 'APPROVED' ? 'approved' : 'approved; a second person has to approve as well'}`,
      );
      approved.push(id);
      return 'next';
    } catch (thrown) {
      if (!isHubgateError(thrown)) throw thrown;
      out.note(thrown.message);
      if (thrown.code !== 'request.version') return 'next';
    }
  }
}

async function signNow(ctx: Ctx, out: Output, input: SignInput): Promise<void> {
  const results: Extract<SignEvent, { event: 'item' }>[] = [];
  let summary = { issued: 0, failed: 0 };
  const live = !out.json && process.stderr.isTTY;
  for await (const event of signRequests(ctx, input)) {
    if (event.event === 'done') {
      summary = { issued: event.issued, failed: event.failed };
      continue;
    }
    results.push(event);
    if (live) process.stderr.write(`\rsigning ${event.done}/${event.total} `);
  }
  if (live && results.length > 0) process.stderr.write('\n');
  if (summary.failed > 0) process.exitCode = 1;
  const wrong = results
    .filter((one) => one.state !== 'ISSUED')
    .map((one) => `${one.id}  ${one.state}  ${one.code ?? ''}`);
  const text =
    results.length === 0
      ? 'Nothing is approved and unsigned.'
      : [`${summary.issued} issued, ${summary.failed} not`, ...wrong].join('\n');
  out.result(
    { ...summary, results: results.map(({ event: _event, done: _done, total: _total, ...one }) => one) },
    text,
  );
}

/** Waits for one key; `abort` for Ctrl-C and the end of input. */
async function oneKey(prompt: string): Promise<string> {
  const { stdin, stderr } = process;
  stderr.write(prompt);
  emitKeypressEvents(stdin);
  stdin.setRawMode(true);
  stdin.resume();
  const name = await new Promise<string>((resolve) => {
    const end = (): void => pressed('', { name: 'c', ctrl: true });
    const pressed = (text: string | undefined, key: Key): void => {
      stdin.off('keypress', pressed);
      stdin.off('end', end);
      const ends = key.ctrl === true && (key.name === 'c' || key.name === 'd');
      const name = key.ctrl === true || key.meta === true ? '' : (key.name ?? text ?? '');
      resolve(ends ? 'abort' : name === 'escape' ? 'q' : name);
    };
    stdin.on('keypress', pressed);
    stdin.once('end', end);
  });
  stdin.setRawMode(false);
  stdin.pause();
  stderr.write(`${name}\n`);
  return name;
}

async function oneLine(prompt: string): Promise<string> {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await new Promise<string>((resolve) => {
    lines.question(prompt, resolve);
    lines.once('close', () => resolve(''));
  });
  lines.close();
  return answer;
}
