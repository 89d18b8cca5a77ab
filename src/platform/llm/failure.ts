import { UnreadableAnswerError } from './wire-fetch.ts';

/** A failed call in its bare facts, whatever class the SDK or the browser gave it. */
export type Failure =
  | {
      readonly kind: 'http';
      readonly status: number;
      /** The provider's own code, type and parameter, empty where it gave none. */
      readonly code: string;
      readonly param: string;
      /** All of the error's text: for looking into, not for showing. */
      readonly detail: string;
      readonly retryAfter: string | undefined;
      readonly isHtml: boolean;
    }
  /** An error event inside a stream that had begun. */
  | { readonly kind: 'stream-error'; readonly code: string; readonly detail: string }
  | { readonly kind: 'unreadable'; readonly reason: 'html' | 'not-json' | 'too-long' | 'malformed' }
  /** No answer, or one that broke off: all that a browser tells of most failures. */
  | { readonly kind: 'network'; readonly detail: string };

/** Sorts what was thrown. Never throws itself; what it does not know is a network failure with the error's text. */
export function readFailure(error: unknown): Failure {
  for (let cause = error, depth = 0; cause instanceof Error && depth < 5; cause = cause.cause, depth++) {
    if (cause instanceof UnreadableAnswerError) return { kind: 'unreadable', reason: cause.reason };
    if (cause instanceof SyntaxError) return { kind: 'unreadable', reason: 'malformed' };
  }
  if (!isRecord(error)) return { kind: 'network', detail: String(error) };
  const body = isRecord(error['error']) ? error['error'] : undefined;
  const code = [error['code'], error['type'], body?.['status']].map(textOf).filter(Boolean).join(' ');
  const detail = `${textOf(error['message'])} ${body === undefined ? '' : JSON.stringify(body)}`.slice(0, 4000);
  const status = error['status'];
  if (typeof status === 'number') {
    const headers = error['headers'] instanceof Headers ? error['headers'] : new Headers();
    const isHtml = (headers.get('content-type') ?? '').includes('text/html');
    const retryAfter = headers.get('retry-after') ?? undefined;
    return { kind: 'http', status, code, param: textOf(error['param']), detail, retryAfter, isHtml };
  }
  if (body !== undefined) return { kind: 'stream-error', code, detail };
  return { kind: 'network', detail: textsOfCauses(error) };
}

function textsOfCauses(error: unknown): string {
  const texts: string[] = [];
  for (let cause = error, depth = 0; isRecord(cause) && depth < 5; cause = cause['cause'], depth++) {
    texts.push(textOf(cause['code']), textOf(cause['message']));
  }
  return texts.filter(Boolean).join(' · ');
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
