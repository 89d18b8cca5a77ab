import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  CLOSED_NETWORK_POLICY,
  DEFAULT_HUB_ORIGINS,
  isHubUrl,
  isSameNetworkPolicy,
  parseNetworkPolicy,
} from '../../../../src/platform/pwa/network-policy.ts';

describe('parseNetworkPolicy', () => {
  it('keeps plain http and https origins, each once and sorted', () => {
    const origins = ['https://b.example', 'http://localhost:11434', 'https://b.example'];
    expect(parseNetworkPolicy({ providerOrigins: origins, isHubAllowed: true })).toEqual({
      providerOrigins: ['http://localhost:11434', 'https://b.example'],
      isHubAllowed: true,
      hubOrigins: DEFAULT_HUB_ORIGINS,
    });
  });

  it.each([
    'https://x.example/path',
    'https://x.example/',
    'https://x.example; script-src *',
    'https://x.example https://y.example',
    'https://*.example',
    'https://user:pass@x.example',
    'data:',
    'wss://x.example',
    '*',
    "'unsafe-eval'",
    '',
    7,
    null,
  ])('drops %j, which is no origin of a provider', (origin) => {
    expect(parseNetworkPolicy({ providerOrigins: [origin] }).providerOrigins).toEqual([]);
  });

  it('allows nothing where the record is not one', () => {
    for (const value of [undefined, null, 3, 'x', [], { providerOrigins: 'https://x.example', isHubAllowed: 'yes' }]) {
      expect(parseNetworkPolicy(value)).toEqual(CLOSED_NETWORK_POLICY);
    }
  });

  it('never lets through a text that could end a directive or begin another source', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.webUrl(), fc.string())), (providerOrigins) => {
        for (const origin of parseNetworkPolicy({ providerOrigins }).providerOrigins) {
          expect(origin).toMatch(/^https?:\/\/[^\s;,'"*/]+$/);
        }
      }),
    );
  });
});

describe('isHubUrl', () => {
  it('accepts the hub and the hosts below those it names', () => {
    for (const url of ['https://huggingface.co/a/b/resolve/main/x', 'https://cdn-lfs.hf.co/resolve/x']) {
      expect(isHubUrl(new URL(url), DEFAULT_HUB_ORIGINS)).toBe(true);
    }
  });

  it('refuses look-alikes, other ports and plain http', () => {
    for (const url of [
      'https://evilhf.co/',
      'https://hf.co.evil.example/',
      'https://a.hf.co:8443/',
      'http://a.hf.co/',
    ]) {
      expect(isHubUrl(new URL(url), DEFAULT_HUB_ORIGINS)).toBe(false);
    }
  });
});

describe('isSameNetworkPolicy', () => {
  it('does not mind the order of origins', () => {
    const left = { ...CLOSED_NETWORK_POLICY, providerOrigins: ['https://a.example', 'https://b.example'] };
    const right = { ...CLOSED_NETWORK_POLICY, providerOrigins: ['https://b.example', 'https://a.example'] };
    expect(isSameNetworkPolicy(left, right)).toBe(true);
    expect(isSameNetworkPolicy(left, CLOSED_NETWORK_POLICY)).toBe(false);
    expect(isSameNetworkPolicy(left, { ...left, isHubAllowed: true })).toBe(false);
  });
});
