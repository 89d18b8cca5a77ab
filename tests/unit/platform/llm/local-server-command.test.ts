import { describe, expect, it } from 'vitest';
import { localServerCommand, operatingSystemOf } from '../../../../src/platform/llm/local-server-command.ts';
import { findPreset, PROVIDER_PRESETS } from '../../../../src/platform/llm/providers.ts';

const PAGE = 'https://someone.github.io';

describe('localServerCommand', () => {
  it.each([
    ['macos', 'launchctl setenv OLLAMA_ORIGINS "https://someone.github.io"'],
    ['windows', 'setx OLLAMA_ORIGINS "https://someone.github.io"'],
    ['linux', 'OLLAMA_ORIGINS="https://someone.github.io" ollama serve'],
  ] as const)('names the page’s own origin to Ollama on %s', (system, command) => {
    expect(localServerCommand(findPreset('ollama'), `${PAGE}/app/`, system)?.command).toBe(command);
  });

  it('never opens a server to every page by a command that could name one', () => {
    for (const preset of PROVIDER_PRESETS) {
      for (const system of ['macos', 'windows', 'linux'] as const) {
        const advice = localServerCommand(preset, PAGE, system);
        expect(advice === undefined).toBe(!preset.isLocal);
        expect(advice?.command ?? '').not.toContain('*');
      }
    }
  });

  it('refuses an origin that a shell could read as more than a name', () => {
    for (const origin of ['data:text/html,x', 'https://a$(id).example', 'https://a`id`.example']) {
      expect(() => localServerCommand(findPreset('ollama'), origin, 'linux')).toThrow(TypeError);
    }
  });
});

describe('operatingSystemOf', () => {
  it.each([
    ['Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/156', 'windows'],
    ['Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Safari/605', 'macos'],
    ['Mozilla/5.0 (X11; Linux x86_64) Firefox/153', 'linux'],
    ['', 'linux'],
  ])('reads %j as %s', (userAgent, system) => {
    expect(operatingSystemOf(userAgent)).toBe(system);
  });
});

describe('PROVIDER_PRESETS', () => {
  it('are dated, unique, and end with the custom one', () => {
    const ids = PROVIDER_PRESETS.map((preset) => preset.id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.at(-1)).toBe('custom');
    for (const preset of PROVIDER_PRESETS) expect(preset.cors.checkedAt).toMatch(/^2026-\d\d-\d\d$/u);
  });

  it('take an unknown id for the custom one', () => {
    expect(findPreset('withdrawn').id).toBe('custom');
  });
});
