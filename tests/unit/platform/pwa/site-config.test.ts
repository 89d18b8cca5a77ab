import { describe, expect, it } from 'vitest';
import { readFileSync } from 'node:fs';
import { isHubUrlAllowed, parseNetworkPolicy } from '../../../../src/platform/pwa/network-policy.ts';
import { DEFAULT_SITE_CONFIG, parseSiteConfig } from '../../../../src/platform/pwa/site-config.ts';

describe('the configuration of a site', () => {
  it('is what the file says, with unknown keys left out', () => {
    expect(
      parseSiteConfig({
        name: '  Harbour\n Library ',
        hubUrl: 'https://models.example/pool?x#y',
        hubOrigins: ['https://cdn.example', 'https://*.cdn.example'],
        defaultProviderPresetId: 'ollama',
        modelNote: 'Small.',
        script: 'https://elsewhere.example/x.js',
      }),
    ).toEqual({
      name: 'Harbour Library',
      hubUrl: 'https://models.example/pool/',
      hubOrigins: ['https://models.example', 'https://cdn.example', 'https://*.cdn.example'],
      defaultProviderPresetId: 'ollama',
      modelNote: 'Small.',
    });
  });

  it.each([undefined, null, 'text', 5, [], {}])('is the default for %j', (value) => {
    expect(parseSiteConfig(value)).toEqual(DEFAULT_SITE_CONFIG);
  });

  it('takes no origin that could end a directive of the security policy', () => {
    const { hubOrigins } = parseSiteConfig({
      hubUrl: 'https://models.example/',
      hubOrigins: [
        "https://x.example; script-src 'unsafe-inline'",
        '*',
        'https:',
        'data:',
        7,
        'https://x.example/path',
      ],
    });
    expect(hubOrigins).toEqual(['https://models.example']);
  });

  it.each(['http://models.example/', 'javascript:alert(1)', 'https://user:pass@models.example/', 'models', 3])(
    'keeps the public hub in place of %j',
    (hubUrl) => {
      const { hubUrl: inForce, hubOrigins } = parseSiteConfig({ hubUrl, hubOrigins: ['https://x.example'] });
      expect({ hubUrl: inForce, hubOrigins }).toEqual({
        hubUrl: DEFAULT_SITE_CONFIG.hubUrl,
        hubOrigins: DEFAULT_SITE_CONFIG.hubOrigins,
      });
    },
  );

  it('may name a hub on this device without encryption', () => {
    expect(parseSiteConfig({ hubUrl: 'http://localhost:8080' }).hubUrl).toBe('http://localhost:8080/');
  });

  it('passes over a name or note that is empty or too long to show', () => {
    expect(parseSiteConfig({ name: ' ', modelNote: 'x'.repeat(401) })).toEqual(DEFAULT_SITE_CONFIG);
    expect(parseSiteConfig({ name: 'x'.repeat(41) }).name).toBe(DEFAULT_SITE_CONFIG.name);
  });

  it('as shipped changes nothing', () => {
    const shipped: unknown = JSON.parse(readFileSync('public/config.json', 'utf8'));
    expect(parseSiteConfig(shipped)).toEqual(DEFAULT_SITE_CONFIG);
  });
});

describe('permission to download from a hub', () => {
  it('holds for the hub it was given for and no other', () => {
    const policy = parseNetworkPolicy({ isHubAllowed: true, hubOrigins: ['https://models.example'] });
    expect(isHubUrlAllowed(policy, 'https://models.example/pool/')).toBe(true);
    expect(isHubUrlAllowed(policy, 'https://other.example/')).toBe(false);
    expect(isHubUrlAllowed({ ...policy, isHubAllowed: false }, 'https://models.example/')).toBe(false);
  });
});
