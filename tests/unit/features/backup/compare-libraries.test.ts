import { describe, expect, it } from 'vitest';
import type { SourceDocument } from '../../../../src/domain/document.ts';
import { compareLibraries } from '../../../../src/features/backup/compare-libraries.ts';

const document = (path: string, version: string): SourceDocument =>
  ({ path, title: path.toUpperCase(), currentVersionId: version }) as unknown as SourceDocument;

describe('two libraries', () => {
  it('differ by what is in one only, and by contents', () => {
    const backup = [document('same', '1'), document('b', '1'), document('changed', '1'), document('a', '1')];
    const here = [document('changed', '2'), document('new', '1'), document('same', '1')];
    expect(compareLibraries(backup, here)).toEqual({
      onlyInBackup: ['A', 'B'],
      onlyHere: ['NEW'],
      changed: ['CHANGED'],
      unchangedCount: 1,
    });
  });
});
