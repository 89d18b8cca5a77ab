import type { AnswerEvent } from '../../src/domain/answer-event.ts';
import type { Citation } from '../../src/domain/citation.ts';
import type { Conversation, Message } from '../../src/domain/conversation.ts';
import type { DocumentId, ConversationId } from '../../src/domain/ids.ts';
import type { SourceDocument } from '../../src/domain/document.ts';
import type { EmbeddingModel, ModelSource } from '../../src/domain/embedding-model.ts';
import type { RerankerModel } from '../../src/domain/reranker-model.ts';
import type { SearchResultsView, SourceView } from '../../src/domain/source-view.ts';
import type { IngestEvent } from '../../src/domain/ingest-event.ts';
import type { ProviderSettings, Settings } from '../../src/domain/settings.ts';
import type { UnlockSecret } from '../../src/domain/vault.ts';
import type { ModelListing, ProviderTest } from '../../src/platform/llm/llm-client.ts';

/**
 * The program as the window sees it. The window holds no key and no index: it asks core and draws.
 * Methods that stream take a MessagePort (transferred) and are read with `platform/compute/event-stream.ts`;
 * cancelling the stream aborts the work. Everything thrown is an `AppError`, revived by name.
 */
export interface CoreApi {
  // --- vault ------------------------------------------------------------------------------------------------
  vaultStatus(): Promise<VaultStatus>;
  /** Makes and opens a vault. The recovery code is shown once, here; it is stored nowhere. */
  createVault(passphrase: Uint8Array): Promise<{ readonly recoveryCode: string }>;
  unlock(secret: UnlockSecret): Promise<UnlockOutcome>;
  /**
   * Takes the vault over from the tab that holds it: that tab stops at a safe point and locks. It then opens here with
   * `unlock`. Throws `StorageUnavailableError` when the other tab cannot be made to let go.
   */
  takeOver(): Promise<void>;
  /** Opens the sample library: in memory, with a key of its own, gone when the tab is. */
  openSample(): Promise<void>;
  /** Stops work at a safe point so that the window can terminate this worker. */
  prepareToLock(): Promise<void>;
  /** `secret` is the current passphrase or the recovery code, asked for anew. Nothing else is written. */
  changePassphrase(secret: UnlockSecret, newPassphrase: Uint8Array): Promise<'changed' | 'wrong-secret'>;
  /** The former recovery code opens this library no more. The new one is shown once. */
  renewRecoveryCode(
    secret: UnlockSecret,
  ): Promise<{ readonly kind: 'renewed'; readonly recoveryCode: string } | { readonly kind: 'wrong-secret' }>;
  /** Deletes the vault and all it holds from this device. */
  deleteVault(): Promise<void>;

  // --- backup -----------------------------------------------------------------------------------------------
  /**
   * Writes the open library to one encrypted file, reads it back, and streams `BackupEvent`s. Without a `target` the file
   * comes with the last of them. Cancelling the stream leaves no file behind.
   */
  backUp(target: FileSystemFileHandle | undefined, port: MessagePort): void;
  /** What a backup says of itself before it is unlocked. Throws `InvalidInputError` when the file is none. */
  inspectBackup(file: Blob): Promise<BackupSummary>;
  /** Reads a backup into a place beside the library and streams `RestoreEvent`s. The library is not touched. */
  stageBackup(file: Blob, secret: UnlockSecret, port: MessagePort): void;
  /** Puts what was staged in the library's place. What was open is locked; the window reloads afterwards. */
  replaceByBackup(): Promise<void>;
  /** Deletes what was staged. */
  dropBackup(): Promise<void>;

  // --- library ----------------------------------------------------------------------------------------------
  /** Streams the whole library state: first a snapshot, then changes, until cancelled. */
  watchLibrary(port: MessagePort): void;
  /** Takes files in; streams `IngestEvent`s of this import. Cancelling the stream cancels what is not done. */
  importFiles(files: readonly ImportFile[], port: MessagePort): void;
  /** Goes on with what an earlier session left unfinished; streams like `importFiles`. */
  resumeImport(port: MessagePort): void;
  pauseImport(): Promise<void>;
  continueImport(): Promise<void>;
  deleteDocument(documentId: DocumentId): Promise<void>;

  // --- asking -----------------------------------------------------------------------------------------------
  ask(request: AskRequest, port: MessagePort): void;
  /** What a citation points to, ready to draw: the passage's surroundings and where it stands in them. */
  openCitation(citation: Citation): Promise<SourceView>;
  openDocument(documentId: DocumentId): Promise<SourceView>;
  /** The kept bytes of a paged source, transferred: the window draws its pages. */
  sourceBytes(documentId: DocumentId, versionId: string): Promise<ArrayBuffer>;
  search(query: string, limit: number): Promise<SearchResultsView>;

  // --- conversations ----------------------------------------------------------------------------------------
  listConversations(query: string): Promise<readonly Conversation[]>;
  openConversation(
    conversationId: ConversationId,
  ): Promise<{ readonly conversation: Conversation; readonly messages: readonly Message[] }>;
  renameConversation(conversationId: ConversationId, title: string): Promise<void>;
  deleteConversation(conversationId: ConversationId): Promise<void>;

  // --- settings, models, provider ---------------------------------------------------------------------------
  settings(): Promise<Settings>;
  updateSettings(patch: Partial<Settings>): Promise<Settings>;
  models(): Promise<readonly ModelView[]>;
  /** Switches the embedding model: the new index is built beside the old, then takes its place. `undefined` = words only. */
  chooseModel(modelId: string | undefined, options: { readonly isHubAllowed: boolean }): Promise<void>;
  /** Stores a model of either kind from files the person picked (paths relative to the model's folder). */
  addModelFiles(modelId: string, files: readonly { readonly path: string; readonly file: File }[]): Promise<void>;
  /** Models for a second look at what was found, with where each can be had now. */
  rerankers(): Promise<readonly RerankerView[]>;
  /**
   * Keeps the choice and loads the model, downloading it where that is allowed; resolves when it is ready. `undefined`
   * = no second look. Throws `ModelUnavailableError` when it cannot be had; the choice stays kept.
   */
  chooseReranker(modelId: string | undefined, options: { readonly isHubAllowed: boolean }): Promise<void>;
  /**
   * Seals provider and key; the key is bound to the endpoint's origin. The network policy changes with the next
   * load of the page, so the window reloads afterwards when `needsReload` is set. An `undefined` key keeps the
   * sealed one if the origin is the same.
   */
  saveProvider(provider: ProviderSettings, apiKey: string | undefined): Promise<{ readonly needsReload: boolean }>;
  removeProvider(): Promise<void>;
  listProviderModels(): Promise<ModelListing>;
  testProvider(): Promise<ProviderTest>;
}

export type VaultStatus =
  | { readonly kind: 'none'; readonly storage: StorageKind }
  | { readonly kind: 'locked'; readonly storage: StorageKind; readonly hasRecoveryCode: boolean }
  | { readonly kind: 'held-elsewhere' }
  | { readonly kind: 'open'; readonly isSample: boolean; readonly storage: StorageKind }
  | { readonly kind: 'unreadable'; readonly message: string };

/** `memory`: the browser refused a database (private mode); everything is gone with the tab, and the app says so. */
export type StorageKind = 'disk' | 'memory';

export type UnlockOutcome =
  { readonly kind: 'open' } | { readonly kind: 'wrong-secret' } | { readonly kind: 'held-elsewhere' };

export type BackupEvent =
  | { readonly type: 'writing'; readonly done: number; readonly total: number }
  | { readonly type: 'verifying' }
  | {
      readonly type: 'done';
      readonly sizeBytes: number;
      readonly recordCount: number;
      /** Records that were damaged already and are not in the backup. */
      readonly damagedCount: number;
      /** Where no target was given. */
      readonly file?: Blob;
    };

export interface BackupSummary {
  readonly createdAt: number;
  readonly sizeBytes: number;
  readonly hasRecoveryCode: boolean;
}

export type RestoreEvent =
  | { readonly type: 'reading'; readonly readBytes: number }
  | { readonly type: 'wrong-secret' }
  | { readonly type: 'staged'; readonly staged: StagedBackup };

export interface StagedBackup {
  readonly createdAt: number;
  readonly documentCount: number;
  readonly conversationCount: number;
  /** Against the library that is open, if one is: what would come, go and change. */
  readonly difference?: BackupDifference;
}

/** Titles of documents, each list in order. */
export interface BackupDifference {
  readonly onlyInBackup: readonly string[];
  readonly onlyHere: readonly string[];
  readonly changed: readonly string[];
  readonly unchangedCount: number;
}

export interface ImportFile {
  readonly path: string;
  readonly file: File;
}

export interface AskRequest {
  readonly question: string;
  /** Absent: a new conversation. */
  readonly conversationId?: ConversationId;
  /** `auto`: generated when a provider is set, else extractive. */
  readonly mode: 'auto' | 'extractive';
}

/** One state of the library as the window draws it. */
export interface LibraryView {
  readonly documents: readonly SourceDocument[];
  readonly chunkCount: number;
  /** Chunks that have a vector under the active model. */
  readonly embeddedCount: number;
  readonly sizeBytes: number;
  readonly isImporting: boolean;
  readonly isPaused: boolean;
  /** Documents that an earlier session left unfinished. */
  readonly unfinishedCount: number;
  /** Records on disk that are not what was sealed there; their documents are left out or read again. */
  readonly damagedCount: number;
  /** Times that parts of the index could not be read in the background; 0 again once they could. */
  readonly unreadCount: number;
  readonly model: ModelState;
}

export type ModelState =
  | { readonly kind: 'none' }
  | { readonly kind: 'loading'; readonly modelId: string }
  | { readonly kind: 'ready'; readonly modelId: string; readonly device: 'wasm' | 'webgpu'; readonly threads: number }
  /** The new index is being built beside the old one, which still answers. */
  | {
      readonly kind: 'switching';
      readonly modelId: string;
      readonly done: number;
      readonly total: number;
      /** At the rate so far; absent before it is known. */
      readonly remainingMs?: number;
    }
  | { readonly kind: 'unavailable'; readonly modelId: string; readonly message: string };

export type LibraryEvent =
  | { readonly type: 'library'; readonly view: LibraryView }
  /** Another tab has taken the library over; this one locks. */
  | { readonly type: 'taken-over' };

export interface ModelView {
  readonly model: EmbeddingModel;
  readonly source: ModelSource;
  /** Host of the hub that the model would be downloaded from. */
  readonly hubHost: string;
  readonly isActive: boolean;
  /** About how fast passages are embedded on this device, and whether that was measured on it. */
  readonly passagesPerSecond?: number;
  readonly isRateMeasured: boolean;
}

export interface RerankerView {
  readonly model: RerankerModel;
  readonly source: ModelSource;
  /** Host of the hub that the model would be downloaded from. */
  readonly hubHost: string;
}

export type { AnswerEvent, IngestEvent, ProviderTest, UnlockSecret };
