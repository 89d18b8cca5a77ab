import { describe, expect, it } from 'vitest';
import { SettingsRecord } from '../../../../src/features/settings/settings-record.ts';
import { MemoryStore } from '../../../../src/platform/storage/memory-store.ts';

describe('the settings', () => {
  it('keep both of two changes made at the same time, also for the next start', async () => {
    const store = new MemoryStore();
    const settings = await SettingsRecord.open(store);
    await Promise.all([
      settings.update((current) => ({ ...current, autoLockMinutes: 3 })),
      settings.update((current) => ({ ...current, embeddingDevices: { 'owner/model': 'webgpu' } })),
    ]);
    for (const { current } of [settings, await SettingsRecord.open(store)]) {
      expect(current.autoLockMinutes).toBe(3);
      expect(current.embeddingDevices).toEqual({ 'owner/model': 'webgpu' });
    }
  });
});
