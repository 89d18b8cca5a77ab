import { DEFAULT_SETTINGS } from '../../domain/settings.ts';
import type { Settings } from '../../domain/settings.ts';
import type { RecordId } from '../../domain/ids.ts';
import { decodeRecord, encodeRecord } from '../../platform/storage/json-record.ts';
import type { RecordStore } from '../../platform/storage/record-store.ts';

const SETTINGS_ID = '00000000000000000000000000000001' as RecordId;

/** The settings in force, sealed in one record. Values a newer version added come from the defaults. */
export class SettingsRecord {
  readonly #store: RecordStore;
  #current: Settings;
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(store: RecordStore, current: Settings) {
    this.#store = store;
    this.#current = current;
  }

  static async open(store: RecordStore): Promise<SettingsRecord> {
    const bytes = await store.find('settings', SETTINGS_ID);
    const stored = bytes ? decodeRecord<Partial<Settings>>(bytes) : {};
    return new SettingsRecord(store, {
      ...DEFAULT_SETTINGS,
      ...stored,
      chunking: { ...DEFAULT_SETTINGS.chunking, ...stored.chunking },
      retrieval: { ...DEFAULT_SETTINGS.retrieval, ...stored.retrieval },
      tiers: { ...DEFAULT_SETTINGS.tiers, ...stored.tiers },
    });
  }

  get current(): Settings {
    return this.#current;
  }

  /** Replaces the settings; in force only once they are on disk. */
  async save(settings: Settings): Promise<Settings> {
    await this.#store.commit([{ kind: 'put', store: 'settings', id: SETTINGS_ID, value: encodeRecord(settings) }]);
    this.#current = settings;
    return settings;
  }

  /** Changes what is in force when its turn comes, so that no other `update` is lost. */
  update(change: (current: Settings) => Settings): Promise<Settings> {
    const mine = this.#turn.then(() => this.save(change(this.#current)));
    // The next in line waits for the end of this one, not for its success.
    this.#turn = mine.catch(() => undefined);
    return mine;
  }
}
