import { searchPassages } from '../../src/features/knowledge/search-passages.ts';
import { CHUNKER_VERSION } from '../../src/engine/chunking/chunk-document.ts';
import { InvalidInputError, PolicyNotEnforcedError, VaultLockedError } from '../../src/domain/errors.ts';
import type { AnswerEvent } from '../../src/domain/answer-event.ts';
import type { Citation } from '../../src/domain/citation.ts';
import type { ConversationId, DocumentId, VersionId } from '../../src/domain/ids.ts';
import type { ProviderSettings, Settings } from '../../src/domain/settings.ts';
import { serveEvents } from '../../src/platform/compute/event-stream.ts';
import { storePickedModel } from '../../src/platform/compute/model-source.ts';
import type { EarlyEngine } from '../../src/platform/compute/early-engine.ts';
import { BUILT_IN_MODEL_ID, findModel, modelKey } from '../../src/platform/compute/models.ts';
import { findReranker } from '../../src/platform/compute/rerankers.ts';
import { readSiteConfig } from '../../src/platform/pwa/site-config.ts';
import type { AskRequest, CoreApi, ImportFile, UnlockSecret } from './api.ts';
import { carriedThrough, imported } from './event-work.ts';
import { watchLibrary } from './library-view.ts';
import { chooseModel, listModels, openModels, type Site } from './model-choice.ts';
import { chooseReranker, listRerankers } from './reranker-choice.ts';
import { Session } from './session.ts';
import { VaultDoor } from './vault-door.ts';

/** The program behind `CoreApi`: finds the vault, opens a session on it, and hands each call to the feature it is. */
export class Core implements CoreApi {
  readonly #siteUrl: string;
  readonly #door: VaultDoor;
  readonly #isPolicyEnforced: Promise<boolean>;
  readonly #site: Promise<Site>;
  #session: Session | undefined;
  #engine: EarlyEngine | undefined;
  #preparing: ReturnType<typeof setTimeout> | undefined;

  /** `isPolicyEnforced`: whether the browser keeps this thread from contacting strangers; nothing is opened without. */
  constructor(siteUrl: string, isPolicyEnforced: Promise<boolean>) {
    this.#siteUrl = siteUrl;
    this.#isPolicyEnforced = isPolicyEnforced;
    this.#site = readSiteConfig(siteUrl).then(({ hubUrl, hubOrigins }) => ({ siteUrl, hubUrl, hubOrigins }));
    this.#door = new VaultDoor(() => this.#letGo());
  }

  // --- vault ------------------------------------------------------------------------------------------------

  async vaultStatus(): ReturnType<CoreApi['vaultStatus']> {
    const [{ kind }] = await Promise.all([this.#door.records(), this.#requirePolicy()]);
    if (this.#session) return { kind: 'open', isSample: this.#session.isSample, storage: kind };
    const status = await this.#door.status();
    if (status.kind === 'locked') this.#prepareEngine();
    return status;
  }

  async createVault(passphrase: Uint8Array): ReturnType<CoreApi['createVault']> {
    await this.#requirePolicy();
    const { vault, recoveryCode } = await this.#door.create(passphrase);
    const site = await this.#site;
    await this.#open(await Session.open(vault, { ...site, isSample: false }, this.#takeEngine()));
    return { recoveryCode };
  }

  async unlock(secret: UnlockSecret): ReturnType<CoreApi['unlock']> {
    await this.#requirePolicy();
    const outcome = await this.#door.unlock(secret);
    if (outcome.kind !== 'open') return outcome;
    const site = await this.#site;
    await this.#open(await Session.open(outcome.vault, { ...site, isSample: false }, this.#takeEngine()));
    return { kind: 'open' };
  }

  async takeOver(): Promise<void> {
    await this.#door.takeOver();
  }

  async openSample(): Promise<void> {
    await this.#requirePolicy();
    const session = await Session.open(await this.#door.openThrowaway(), { ...(await this.#site), isSample: true });
    await this.#open(session);
    await (await loadWork()).importSample(session, this.#siteUrl);
  }

  async prepareToLock(): Promise<void> {
    if (!this.#session) return;
    await this.#stopSession();
    await this.#door.close();
  }

  async #stopSession(): Promise<void> {
    const session = this.#session;
    if (!session) return;
    // What waits to be read stays staged: paused, not cancelled, so that the next session goes on with it.
    session.pause.pause();
    session.dispose();
    await session.library.exclusively(() => Promise.resolve());
    this.#session = undefined;
  }

  async changePassphrase(
    ...[secret, passphrase]: Parameters<CoreApi['changePassphrase']>
  ): ReturnType<CoreApi['changePassphrase']> {
    this.#keptSession();
    return this.#door.changePassphrase(secret, passphrase);
  }

  async renewRecoveryCode(secret: UnlockSecret): ReturnType<CoreApi['renewRecoveryCode']> {
    this.#keptSession();
    return this.#door.renewRecoveryCode(secret);
  }

  async deleteVault(): Promise<void> {
    await this.prepareToLock();
    await this.#door.deleteVault();
  }

  // --- backup -----------------------------------------------------------------------------------------------

  backUp(target: FileSystemFileHandle | undefined, port: MessagePort): void {
    const session = this.#opened();
    serveEvents(
      port,
      async function* (this: Core, signal: AbortSignal) {
        yield* (await loadBackup()).backUp(session, this.#door, target, signal);
      }.bind(this),
    );
  }

  async inspectBackup(file: Blob): ReturnType<CoreApi['inspectBackup']> {
    return (await loadBackup()).inspectBackup(file);
  }

  stageBackup(file: Blob, secret: UnlockSecret, port: MessagePort): void {
    serveEvents(
      port,
      async function* (this: Core, signal: AbortSignal) {
        await this.#requirePolicy();
        yield* (await loadBackup()).stageBackup(this.#door, this.#session, file, secret, signal);
      }.bind(this),
    );
  }

  async replaceByBackup(): Promise<void> {
    await this.#stopSession();
    await this.#door.replaceByStaged();
    await this.#door.close();
  }

  async dropBackup(): Promise<void> {
    await this.#door.dropStaged();
  }

  // --- library ----------------------------------------------------------------------------------------------

  watchLibrary(port: MessagePort): void {
    const session = this.#opened();
    serveEvents(port, (signal) => watchLibrary(session, signal));
  }

  importFiles(files: readonly ImportFile[], port: MessagePort): void {
    const session = this.#opened();
    serveEvents(port, (signal) =>
      carriedThrough(imported(session, loadWork(), (work) => work.ingest(files, session.ingestDeps, { signal }))),
    );
  }

  resumeImport(port: MessagePort): void {
    const session = this.#opened();
    serveEvents(port, (signal) =>
      carriedThrough(imported(session, loadWork(), (work) => work.resumeIngest(session.ingestDeps, { signal }))),
    );
  }

  pauseImport(): Promise<void> {
    this.#opened().pause.pause();
    this.#opened().changed();
    return Promise.resolve();
  }

  continueImport(): Promise<void> {
    this.#opened().pause.resume();
    this.#opened().changed();
    return Promise.resolve();
  }

  async deleteDocument(documentId: DocumentId): Promise<void> {
    const { library, meaning } = this.#opened();
    await library.remove(documentId);
    meaning.wake();
  }

  // --- asking -----------------------------------------------------------------------------------------------

  ask(request: AskRequest, port: MessagePort): void {
    const session = this.#opened();
    serveEvents(port, (signal) => carriedThrough(this.#answer(session, request, signal)));
  }

  async openCitation(citation: Citation): ReturnType<CoreApi['openCitation']> {
    return (await loadWork()).viewCitation(citation, this.#opened().library);
  }

  async openDocument(documentId: DocumentId): ReturnType<CoreApi['openDocument']> {
    return (await loadWork()).viewDocument(documentId, this.#opened().library);
  }

  async sourceBytes(_documentId: DocumentId, versionId: string): Promise<ArrayBuffer> {
    const bytes = await this.#opened().library.readSource(versionId as VersionId);
    return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
  }

  async search(query: string, limit: number): ReturnType<CoreApi['search']> {
    const { library, meaning, searcher, settings } = this.#opened();
    const deps = { library, meaning, searcher: searcher.api, settings: settings.current.retrieval };
    return searchPassages(query, limit, deps, { signal: AbortSignal.timeout(SEARCH_TIMEOUT_MS) });
  }

  // --- conversations ----------------------------------------------------------------------------------------

  async listConversations(query: string): ReturnType<CoreApi['listConversations']> {
    return this.#opened().conversations.list(query);
  }

  async openConversation(conversationId: ConversationId): ReturnType<CoreApi['openConversation']> {
    return this.#opened().conversations.open(conversationId);
  }

  async renameConversation(conversationId: ConversationId, title: string): Promise<void> {
    await this.#opened().conversations.rename(conversationId, title);
  }

  async deleteConversation(conversationId: ConversationId): Promise<void> {
    await this.#opened().conversations.delete(conversationId);
  }

  // --- settings, models, provider ---------------------------------------------------------------------------

  settings(): Promise<Settings> {
    return Promise.resolve(this.#opened().settings.current);
  }

  async updateSettings(patch: Partial<Settings>): Promise<Settings> {
    const { settings } = this.#opened();
    return settings.save({ ...settings.current, ...patch });
  }

  async models(): ReturnType<CoreApi['models']> {
    return listModels(this.#opened(), await this.#site);
  }

  async chooseModel(modelId: string | undefined, options: { readonly isHubAllowed: boolean }): Promise<void> {
    await chooseModel(this.#opened(), modelId, options, await this.#site);
  }

  async addModelFiles(...[modelId, files]: Parameters<CoreApi['addModelFiles']>): Promise<void> {
    this.#opened();
    await storePickedModel(findReranker(modelId) ?? findModel(modelId), files, this.#siteUrl);
  }

  async rerankers(): ReturnType<CoreApi['rerankers']> {
    this.#opened();
    return listRerankers(await this.#site);
  }

  async chooseReranker(modelId: string | undefined, options: { readonly isHubAllowed: boolean }): Promise<void> {
    await chooseReranker(this.#opened(), modelId, options, await this.#site);
  }

  async saveProvider(provider: ProviderSettings, apiKey: string | undefined): ReturnType<CoreApi['saveProvider']> {
    const session = this.#opened();
    return (await loadProvider()).saveProvider(session, provider, apiKey);
  }

  async removeProvider(): Promise<void> {
    const session = this.#opened();
    await (await loadProvider()).removeProvider(session);
  }

  async listProviderModels(): ReturnType<CoreApi['listProviderModels']> {
    const session = this.#opened();
    return (await loadProvider()).listProviderModels(session);
  }

  async testProvider(): ReturnType<CoreApi['testProvider']> {
    const session = this.#opened();
    return (await loadProvider()).testProvider(session);
  }

  // --- inside -----------------------------------------------------------------------------------------------

  async #requirePolicy(): Promise<void> {
    if (await this.#isPolicyEnforced) return;
    throw new PolicyNotEnforcedError(
      'The check that the part of the app that would hold your library cannot send data to strangers has failed, ' +
        'perhaps because an extension changes its security headers. Nothing was opened and nothing was sent; a library ' +
        'on this device is untouched. Switch off extensions for this site, or use another browser profile, then reload.',
    );
  }

  /** What a question needs besides the key is made ready while the key is typed, once the screen for it has been drawn. */
  #prepareEngine(): void {
    this.#preparing ??= setTimeout(() => {
      void Promise.all([import('../../src/platform/compute/early-engine.ts'), this.#site]).then(
        ([{ EarlyEngine: Engine }, { hubUrl }]) => {
          if (this.#preparing === undefined) return;
          this.#engine = new Engine(this.#siteUrl, modelKey(findModel(BUILT_IN_MODEL_ID), CHUNKER_VERSION), { hubUrl });
        },
        // What could not be fetched is fetched again when the library is opened, and missed there if it has to be.
        (error: unknown) => console.warn('The search engine was not made ready early.', error),
      );
    }, AFTER_FIRST_SCREEN_MS);
  }

  /** For the library that is opened now. What is not ready by then is left to it. */
  #takeEngine(): EarlyEngine | undefined {
    clearTimeout(this.#preparing);
    this.#preparing = undefined;
    const engine = this.#engine;
    this.#engine = undefined;
    return engine;
  }

  async #open(session: Session): Promise<void> {
    this.#session = session;
    await openModels(session, await this.#site);
  }

  /** Another tab wants the vault: nothing is written any more when this resolves, and the window is told. */
  async #letGo(): Promise<void> {
    const session = this.#session;
    await this.prepareToLock();
    if (!session) return;
    session.isTakenOver = true;
    session.changed();
  }

  #opened(): Session {
    if (!this.#session) throw new VaultLockedError('The library is locked. Unlock it and try again.');
    return this.#session;
  }

  /** The sample has no lock that could be changed. */
  #keptSession(): Session {
    const session = this.#opened();
    if (session.isSample)
      throw new InvalidInputError('The sample has no passphrase. Create a library of your own first.');
    return session;
  }

  async *#answer(
    session: Session,
    request: AskRequest,
    signal: AbortSignal,
  ): AsyncGenerator<AnswerEvent, void, undefined> {
    const { answer } = await loadWork();
    const { library, meaning, searcher, settings, conversations } = session;
    const languageModel =
      request.mode === 'auto' && settings.current.provider
        ? await (await loadProvider()).languageModelOf(session)
        : undefined;
    const retrieval = settings.current.retrieval;
    const deps = {
      library,
      meaning,
      searcher: searcher.api,
      settings: retrieval,
      ...session.secondLook(),
      answers: session.answers,
      conversations,
      languageModel,
      now: Date.now,
    };
    yield* answer(request, deps, { signal });
  }
}

const SEARCH_TIMEOUT_MS = 10_000;
const AFTER_FIRST_SCREEN_MS = 300;

/** What is done in an open library: fetched while its passphrase is typed, run once it is open. */
const loadWork = (): Promise<typeof import('./open-work.ts')> => import('./open-work.ts');

/** What talks to a provider is not needed to open a library, nor at all by many. */
const loadProvider = (): Promise<typeof import('./provider.ts')> => import('./provider.ts');

/** Nor what writes and reads backups. */
const loadBackup = (): Promise<typeof import('./backup.ts')> => import('./backup.ts');
