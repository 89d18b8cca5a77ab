import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const folder = new URL('../../../docs/adr/', import.meta.url);
const root = new URL('../../../', import.meta.url);

describe('decision records', () => {
  const records = readdirSync(folder).filter((name) => name.endsWith('.md'));

  it('are numbered without gaps', () => {
    expect(records.map((name) => Number(name.slice(0, 4))).sort((a, b) => a - b)).toEqual(records.map((_, i) => i + 1));
  });

  it.each(records)('%s refers only to files that exist', (name) => {
    const references = /^references:\s*\[([^\]]*)\]/m.exec(readFileSync(new URL(name, folder), 'utf8'))?.[1] ?? '';
    const paths = references.split(',').flatMap((path) => path.trim() || []);
    expect(paths.length).toBeGreaterThan(0);
    expect(paths.filter((path) => !existsSync(new URL(path, root)))).toEqual([]);
  });
});
