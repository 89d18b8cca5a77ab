import { endpointOrigin } from './base-url.ts';
import type { ProviderPreset } from './providers.ts';

/** Bytes of one answer as it travels. SSE frames weigh up to about 300 bytes a token; text has a limit of its own. */
const MAX_STREAM_BYTES = 64 * 1024 * 1024;
const MAX_LINE_BYTES = 4 * 1024 * 1024;
const MAX_LIST_BYTES = 8 * 1024 * 1024;
const MAX_ERROR_BYTES = 64 * 1024;
const LINE_FEED = 10;
const TAIL_BYTES = 24;
const DONE_AT_END = /(?:^|[\r\n])data: ?\[DONE\][\r\n]*$/u;

/** The provider answered, but not in a way that can be read. */
export class UnreadableAnswerError extends Error {
  override readonly name = 'UnreadableAnswerError';
  readonly reason: 'html' | 'not-json' | 'too-long';
  constructor(reason: 'html' | 'not-json' | 'too-long') {
    super(`The provider's answer cannot be read: ${reason}.`);
    this.reason = reason;
  }
}

export interface WireOptions {
  readonly fetch: typeof globalThis.fetch;
  readonly baseUrl: string;
  readonly preset: ProviderPreset;
  readonly apiKey: string | undefined;
  /** Called for every piece of an answer, its head included. */
  readonly onActivity: () => void;
  /** Called when a stream has said `[DONE]`, which the SDK keeps to itself. */
  readonly onDone: () => void;
  /** Called when a stream has ended in the middle of a line. */
  readonly onCut: () => void;
}

/**
 * The `fetch` given to the SDK. It lets nothing out but Authorization, Content-Type, Accept and the preset's own
 * headers; goes to the endpoint's origin only and follows no redirect, so that the key stays with its owner; and
 * bounds what comes in. Throws `UnreadableAnswerError` for a page where data was wanted.
 */
export function createWireFetch(options: WireOptions): typeof globalThis.fetch {
  const origin = endpointOrigin(options.baseUrl);
  return async (input, init = {}) => {
    const url = new URL(input instanceof Request ? input.url : input);
    if (url.origin !== origin) throw new TypeError('A request was about to leave for another host.');
    const response = await options.fetch(url.href, {
      method: init.method ?? 'GET',
      headers: outgoingHeaders(url, new Headers(init.headers), options),
      body: init.body ?? null,
      signal: init.signal ?? null,
      mode: 'cors',
      redirect: 'error',
      credentials: 'omit',
      referrerPolicy: 'no-referrer',
      cache: 'no-store',
    });
    options.onActivity();
    return readableResponse(response, typeof init.body === 'string' && init.method?.toUpperCase() === 'POST', options);
  };
}

function outgoingHeaders(url: URL, given: Headers, { preset, apiKey }: WireOptions): Headers {
  const headers = new Headers(preset.headers);
  for (const name of ['content-type', 'accept']) {
    const value = given.get(name);
    if (value !== null) headers.set(name, value);
  }
  if (apiKey === undefined) return headers;
  if (preset.modelListKeyHeader !== undefined && url.pathname.endsWith('/models')) {
    headers.set(preset.modelListKeyHeader, apiKey);
  } else {
    headers.set('authorization', `Bearer ${apiKey}`);
  }
  return headers;
}

async function readableResponse(response: Response, isChat: boolean, options: WireOptions): Promise<Response> {
  const head = { status: response.status, statusText: response.statusText, headers: response.headers };
  const { body } = response;
  if (!response.ok) return new Response(body?.pipeThrough(firstBytes(MAX_ERROR_BYTES)) ?? null, head);
  const mediaType = (response.headers.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
  if (mediaType === 'text/html') {
    await body?.cancel();
    throw new UnreadableAnswerError('html');
  }
  if (!isChat) {
    return new Response(body?.pipeThrough(boundedBytes(MAX_LIST_BYTES, MAX_LIST_BYTES, options)) ?? null, head);
  }
  const bounded = body?.pipeThrough(boundedBytes(MAX_STREAM_BYTES, MAX_LINE_BYTES, options));
  if (mediaType === 'application/json') return asEventStream(new Response(bounded ?? null, head));
  return new Response(bounded ?? null, head);
}

/** Some gateways ignore `stream: true` and answer with one object; the SDK reads only events. */
async function asEventStream(response: Response): Promise<Response> {
  const text = await response.text();
  try {
    const line = JSON.stringify(JSON.parse(text));
    return new Response(`data: ${line}\n\ndata: [DONE]\n\n`, { headers: { 'content-type': 'text/event-stream' } });
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new UnreadableAnswerError('not-json');
  }
}

/** Passes the first bytes and lets the rest go: an error's text beyond them explains nothing. */
function firstBytes(limit: number): TransformStream<Uint8Array, Uint8Array> {
  let seen = 0;
  return new TransformStream({
    transform(piece, controller) {
      controller.enqueue(piece.subarray(0, limit - seen));
      seen += piece.length;
      if (seen >= limit) controller.terminate();
    },
  });
}

/** Errors when the whole or one line passes its limit, so that no answer can fill the memory. */
function boundedBytes(
  wholeLimit: number,
  lineLimit: number,
  { onActivity, onDone, onCut }: WireOptions,
): TransformStream<Uint8Array, Uint8Array> {
  let wholeBytes = 0;
  let lineBytes = 0;
  let tail = '';
  return new TransformStream({
    transform(piece, controller) {
      onActivity();
      wholeBytes += piece.length;
      const lastLineFeed = piece.lastIndexOf(LINE_FEED);
      lineBytes = lastLineFeed === -1 ? lineBytes + piece.length : piece.length - lastLineFeed - 1;
      if (wholeBytes > wholeLimit || lineBytes > lineLimit) {
        controller.error(new UnreadableAnswerError('too-long'));
        return;
      }
      tail = (tail + String.fromCharCode(...piece.subarray(-TAIL_BYTES))).slice(-TAIL_BYTES);
      if (DONE_AT_END.test(tail)) onDone();
      controller.enqueue(piece);
    },
    flush() {
      if (lineBytes > 0) onCut();
    },
  });
}
