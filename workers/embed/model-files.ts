import { ModelUnavailableError } from '../../src/domain/errors.ts';
import type { EmbeddingModel } from '../../src/domain/embedding-model.ts';
import { hubFileUrl, isFileResponse, MODEL_CACHE, siteFileUrl } from '../../src/domain/model-files.ts';

/** `task`: what the model is for, where it is not embedding. */
export type NamedModel = Pick<EmbeddingModel, 'modelId' | 'label'> & { readonly task?: 'second look' };

export interface ModelFilesRequest {
  readonly model: NamedModel;
  readonly siteUrl: string;
  readonly isHubAllowed: boolean;
  readonly hubUrl: string;
}

/** The files of one model, all from the place where its `config.json` was found. */
export interface ModelFiles {
  /** The file's response, or status 404 where the model has no such file. */
  readonly fetch: (path: string) => Promise<Response>;
  readonly readJson: (path: string) => Promise<object | undefined>;
}

/**
 * Looks for the model on the site (or among what is kept on this device under the site's addresses), then among
 * earlier downloads, then on the hub if that is allowed. Throws `ModelUnavailableError` when it is nowhere.
 *
 * Kept files are read here and not only through the service worker: a kept download stays usable when the hub is not
 * allowed any more and the security policy blocks its address.
 */
export async function openModelFiles(request: ModelFilesRequest): Promise<ModelFiles> {
  const { model, siteUrl, hubUrl, isHubAllowed } = request;
  const cache = 'caches' in globalThis ? await caches.open(MODEL_CACHE) : undefined;
  const kept = async (url: string): Promise<Response | undefined> => cache?.match(url, { ignoreVary: true });
  const onSite = (path: string): string => siteFileUrl(siteUrl, model.modelId, path);
  const onHub = (path: string): string => hubFileUrl(hubUrl, model.modelId, path);

  const fromSite = filesAt(model, async (path) => (await kept(onSite(path))) ?? fetch(onSite(path)));
  let failure: unknown;
  try {
    if (await fromSite.readJson('config.json')) return fromSite;
  } catch (error) {
    // The site cannot be reached, or answers with nonsense; the model may still be had from elsewhere.
    failure = error;
  }
  const keptConfig = await kept(onHub('config.json'));
  if (keptConfig && !isHubAllowed) {
    return filesAt(model, async (path) => (await kept(onHub(path))) ?? new Response(null, { status: 404 }));
  }
  if (!isHubAllowed) {
    throw unavailable(
      model,
      failure === undefined
        ? 'this site does not carry it and downloading it from the model hub is not allowed'
        : 'it could not be read from this site, and it was never kept on this device',
      'Allow the download, add the model from a folder on this device, or choose another in settings.',
      failure,
    );
  }
  const fromHub = filesAt(model, async (path) => (await kept(onHub(path))) ?? fetch(onHub(path)));
  try {
    if (await fromHub.readJson('config.json')) return fromHub;
  } catch (error) {
    if (error instanceof ModelUnavailableError) throw error;
    throw unavailable(
      model,
      navigator.onLine
        ? 'the model hub could not be reached'
        : 'it has to be downloaded once, and this device is offline',
      'Try again when you are online, or add the model from a folder on this device.',
      error,
    );
  }
  throw unavailable(
    model,
    'neither this site nor the model hub has it',
    'Add it from a folder on this device, or choose another in settings.',
  );
}

function filesAt(model: NamedModel, get: (path: string) => Promise<Response>): ModelFiles {
  const fetchFile = async (path: string): Promise<Response> => {
    const response = await get(path);
    if (isFileResponse(response)) return response;
    // A page in place of the file is how many hosts say "not found".
    if (response.ok || response.status === 404) return new Response(null, { status: 404 });
    throw unavailable(
      model,
      `${path} could not be fetched (the server answered ${response.status})`,
      response.status === 401 || response.status === 403
        ? 'The model may need permission from its makers: add it from a folder on this device, or choose another in settings.'
        : 'Try again later.',
    );
  };
  return {
    fetch: fetchFile,
    readJson: async (path) => {
      const response = await fetchFile(path);
      if (response.status === 404) return undefined;
      const text = await response.text();
      try {
        const value: unknown = JSON.parse(text);
        if (typeof value === 'object' && value !== null) return value;
      } catch (error) {
        if (!(error instanceof SyntaxError)) throw error;
      }
      throw unavailable(model, `its ${path} is damaged`, 'Add the model again, or choose another in settings.');
    },
  };
}

/** The one wording for a model that cannot be used: what, what it means for the library, what to do. */
export function unavailable(model: NamedModel, what: string, todo: string, cause?: unknown): ModelUnavailableError {
  const [kind, meanwhile] =
    model.task === undefined
      ? ['embedding model', 'Your library is safe and can be searched by words meanwhile.']
      : ['model for the second look', 'Your library is safe, and answers come as they do without it.'];
  return new ModelUnavailableError(
    `The ${kind} ${model.label} cannot be used: ${what}. ${meanwhile} ${todo}`,
    cause === undefined ? undefined : { cause },
  );
}
