import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const css = readFileSync(new URL('../../../src/ui/styles/tokens.css', import.meta.url), 'utf8');

/** WCAG 2.2 success criteria 1.4.3 (text) and 1.4.11 (what marks a control). */
const TEXT_RATIO = 4.5;
const CONTROL_RATIO = 3;

const TEXT_PAIRS = [
  ['ink', ['paper', 'surface', 'surface-raised', 'surface-sunken', 'hover', 'accent-soft']],
  ['ink-muted', ['paper', 'surface', 'surface-raised', 'surface-sunken', 'hover', 'accent-soft']],
  ['ink-faint', ['paper', 'surface', 'surface-raised', 'surface-sunken', 'hover']],
  ['accent', ['paper', 'surface', 'surface-raised', 'surface-sunken', 'hover', 'accent-soft']],
  ['accent-ink', ['accent']],
  ['accent-fill-ink', ['accent-fill', 'accent-fill-hover']],
  ['mark-ink', ['mark']],
  ['danger', ['paper', 'surface', 'surface-raised', 'danger-soft', 'accent-soft']],
  ['warn', ['paper', 'surface', 'warn-soft']],
] as const;

const CONTROL_PAIRS = [
  ['line-strong', ['paper', 'surface']],
  ['focus', ['paper', 'surface', 'surface-sunken']],
] as const;

function colour(name: string, theme: 'light' | 'dark'): string {
  const both = new RegExp(`--${name}: light-dark\\((#[0-9a-f]{6}), (#[0-9a-f]{6})\\);`).exec(css);
  const one = new RegExp(`--${name}: (#[0-9a-f]{6});`).exec(css);
  const found = both?.[theme === 'light' ? 1 : 2] ?? one?.[1];
  if (found === undefined) throw new Error(`tokens.css has no colour --${name}`);
  return found;
}

/** Relative luminance as WCAG 2.2 defines it. */
function luminance(hex: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const share = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function ratio(first: string, second: string): number {
  const [lighter = 0, darker = 0] = [luminance(first), luminance(second)].sort((a, b) => b - a);
  return (lighter + 0.05) / (darker + 0.05);
}

describe.each(['light', 'dark'] as const)('the %s theme', (theme) => {
  it('measures black on white as 21 to 1', () => {
    expect(ratio('#000000', '#ffffff')).toBeCloseTo(21, 5);
  });

  it.each(TEXT_PAIRS.flatMap(([ink, grounds]) => grounds.map((ground) => [ink, ground] as const)))(
    'shows %s on %s readably',
    (ink, ground) => {
      expect(ratio(colour(ink, theme), colour(ground, theme))).toBeGreaterThanOrEqual(TEXT_RATIO);
    },
  );

  it.each(CONTROL_PAIRS.flatMap(([mark, grounds]) => grounds.map((ground) => [mark, ground] as const)))(
    'sets %s off from %s',
    (mark, ground) => {
      expect(ratio(colour(mark, theme), colour(ground, theme))).toBeGreaterThanOrEqual(CONTROL_RATIO);
    },
  );
});
