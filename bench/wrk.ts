import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { mustRun } from '../e2e/support/run';

/** How OCSP is asked: base64 in the address, or as a body. */
export type OcspMethod = 'GET' | 'POST';

export type WrkResult = { requests: number; perSecond: number; p50Ms: number; p99Ms: number };

/**
 * Asks over and over, each connection through all requests from a place of its own.
 *
 * @param input.close   one connection for each request, as clients without a proxy do
 * @param input.delayMs how long each connection waits between an answer and the next request
 * @throws when an answer was not 200 or a connection failed
 */
export async function wrkOcsp(input: {
  url: string;
  method: OcspMethod;
  requests: readonly Uint8Array[];
  connections: number;
  seconds: number;
  close?: boolean;
  delayMs?: number;
}): Promise<WrkResult> {
  const dir = await mkdtemp(join(tmpdir(), 'hubgate-wrk-'));
  try {
    const list = join(dir, 'requests.txt');
    await writeFile(list, input.requests.map((bytes) => Buffer.from(bytes).toString('hex')).join('\n'));
    const script = join(dir, 'ocsp.lua');
    const { delayMs = 0 } = input;
    await writeFile(script, delayMs === 0 ? SCRIPT : `${SCRIPT}function delay() return ${delayMs} end\n`);
    const out = await mustRun(
      'wrk',
      [
        ...['-t1', `-c${input.connections}`, `-d${input.seconds}s`, '--latency', '-s', script, input.url],
        ...['--', list, input.method, input.close === true ? 'close' : 'keep-alive'],
      ],
      { timeout: (input.seconds + 60) * 1000 },
    );
    return parse(out);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

function parse(out: string): WrkResult {
  const number = (pattern: RegExp): number => Number(pattern.exec(out)?.[1] ?? Number.NaN);
  const failed = /Non-2xx or 3xx responses: (\d+)/.exec(out)?.[1] ?? '0';
  if (failed !== '0') throw new Error(`${failed} answers were not 200:\n${out}`);
  const ms = (percent: string): number => {
    const [, value, unit] = new RegExp(`${percent}%\\s+([\\d.]+)(us|ms|s)`).exec(out) ?? [];
    const factor = { us: 0.001, ms: 1, s: 1000 }[unit ?? ''] ?? Number.NaN;
    return Number(value) * factor;
  };
  return {
    requests: number(/(\d+) requests in/),
    perSecond: number(/Requests\/sec:\s+([\d.]+)/),
    p50Ms: ms('50'),
    p99Ms: ms('99'),
  };
}

const SCRIPT = `
local prepared, at = {}, 0
local function base64(bytes)
  local alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
  local out = {}
  for i = 1, #bytes, 3 do
    local a, b, c = bytes:byte(i, i + 2)
    local n = a * 65536 + (b or 0) * 256 + (c or 0)
    local d = { math.floor(n / 262144), math.floor(n / 4096) % 64, math.floor(n / 64) % 64, n % 64 }
    for k = 1, 4 do
      local there = k <= 2 or (k == 3 and b) or (k == 4 and c)
      out[#out + 1] = there and alphabet:sub(d[k] + 1, d[k] + 1) or '='
    end
  end
  return (table.concat(out):gsub('%+', '%%2B'):gsub('/', '%%2F'):gsub('=', '%%3D'))
end
function init(args)
  local headers = { Host = 'localhost', Connection = args[3] }
  for line in io.lines(args[1]) do
    local bytes = line:gsub('..', function(pair) return string.char(tonumber(pair, 16)) end)
    if args[2] == 'GET' then
      prepared[#prepared + 1] = wrk.format('GET', wrk.path .. '/' .. base64(bytes), headers)
    else
      headers['Content-Type'] = 'application/ocsp-request'
      prepared[#prepared + 1] = wrk.format('POST', wrk.path, headers, bytes)
    end
  end
end
function request()
  at = at % #prepared + 1
  return prepared[at]
end
`;
