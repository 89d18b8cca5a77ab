/** Listens for the browser's reports that a host answered, but that this isolated page may not have the answer. */
export interface WithheldAnswers {
  /** True when an answer from `origin` was withheld since the watch began. Waits for reports on their way. */
  hasComeFrom(origin: string): Promise<boolean>;
  stop(): void;
}

/** A report comes in a task of its own, after the request has failed. */
const REPORT_WAIT_MS = 100;

/**
 * A cross-origin isolated page (COEP `require-corp`) gets no answer of a server that does not opt in, not even an
 * opaque one: to `fetch` that looks like silence. The browser's report about it (Reporting API, type `coep`) tells
 * the two apart where there is one, which is Chromium and Safari; elsewhere nothing is ever seen.
 */
export function watchWithheldAnswers(): WithheldAnswers {
  if (typeof ReportingObserver === 'undefined')
    return { hasComeFrom: () => Promise.resolve(false), stop: () => undefined };
  const origins = new Set<string>();
  let wake: () => void = () => undefined;
  const observer = new ReportingObserver(
    (reports) => {
      for (const { body } of reports) {
        const url = blockedUrlOf(body);
        if (url !== undefined && URL.canParse(url)) origins.add(new URL(url).origin);
      }
      wake();
    },
    { types: ['coep'] },
  );
  observer.observe();
  return {
    async hasComeFrom(origin) {
      if (!origins.has(origin)) {
        await new Promise<void>((resolve) => {
          wake = resolve;
          setTimeout(resolve, REPORT_WAIT_MS);
        });
      }
      return origins.has(origin);
    },
    stop() {
      observer.disconnect();
    },
  };
}

/** The fields of a report's body are in its JSON; Chromium gives this kind of body no properties of its own. */
function blockedUrlOf(body: unknown): string | undefined {
  const fields: unknown = JSON.parse(JSON.stringify(body ?? null));
  if (typeof fields !== 'object' || fields === null || !('blockedURL' in fields)) return undefined;
  return typeof fields.blockedURL === 'string' ? fields.blockedURL : undefined;
}
