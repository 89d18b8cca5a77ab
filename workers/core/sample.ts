import { ingest } from '../../src/features/knowledge/ingest.ts';
import { AppError } from '../../src/domain/errors.ts';
import type { Session } from './session.ts';

/** Fills the sample library from the site's own files. Resolves when all of it can be found by words. */
export async function importSample(session: Session, siteUrl: string): Promise<void> {
  const samplesUrl = new URL('samples/', siteUrl);
  const index: unknown = await fetchSample(new URL('index.json', samplesUrl)).then((response) => response.json());
  if (!Array.isArray(index)) throw new AppError('The sample library came incomplete. Reload the page to try again.');
  const files = await Promise.all(
    index
      .filter((path): path is string => typeof path === 'string')
      .map(async (path) => ({ path, file: await readSample(new URL(path, samplesUrl), path) })),
  );
  let unread = files.length;
  const signal = new AbortController().signal;
  for await (const event of ingest(files, session.ingestDeps, { signal })) {
    if (event.type === 'failed')
      throw new AppError(`The sample “${event.path}” could not be read: ${event.problem.message}`);
    if (event.type === 'searchable' && --unread === 0) break;
  }
}

async function readSample(url: URL, path: string): Promise<File> {
  const response = await fetchSample(url);
  return new File([await response.blob()], path.slice(path.lastIndexOf('/') + 1), { lastModified: 0 });
}

async function fetchSample(url: URL): Promise<Response> {
  const response = await fetch(url);
  if (!response.ok)
    throw new AppError('The sample library could not be fetched from this site. Check the connection and try again.');
  return response;
}
