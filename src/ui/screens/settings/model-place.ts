import type { ModelSource } from '../../../domain/embedding-model.ts';
import { SEARCH } from '../../text/settings.ts';

/** Where a model's files are, as told by core. */
interface Placed {
  readonly source: ModelSource;
  readonly hubHost: string;
}

/** Whether its files have to be downloaded first, `isOnHub` telling whether they can be. */
export function needsDownload({ source }: Placed, isOnHub: boolean): boolean {
  return source.kind === 'none' ? isOnHub : source.kind === 'hub' && !source.isDownloaded;
}

/** Where its files are or come from, without a full stop. */
export function placeText(view: Placed, isOnHub: boolean): string {
  const { source, hubHost } = view;
  if (needsDownload(view, isOnHub)) return SEARCH.toDownload(hubHost);
  switch (source.kind) {
    case 'site':
      return SEARCH.fromSite;
    case 'picked':
      return SEARCH.fromFolder;
    case 'hub':
      return SEARCH.downloaded(hubHost);
    case 'none':
      return source.reason.replace(/\.$/, '');
  }
}
