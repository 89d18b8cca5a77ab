import { describe, expect, it } from 'vitest';
import { CLOSED_NETWORK_POLICY } from '../../../../src/platform/pwa/network-policy.ts';
import {
  contentSecurityPolicy,
  metaContentSecurityPolicy,
  roleOfScript,
  securityHeaders,
} from '../../../../workers/service-worker/security-policy.ts';

const OPEN = {
  providerOrigins: ['https://api.example'],
  isHubAllowed: true,
  hubOrigins: ['https://huggingface.co'],
};

function directive(policy: string, name: string): string | undefined {
  return policy
    .split('; ')
    .find((part) => part.startsWith(`${name} `))
    ?.slice(name.length + 1);
}

describe('roleOfScript', () => {
  it.each([
    ['/library/assets/core.worker-D5GRUcpU.js', 'core'],
    ['/library/assets/embed.worker-1O-b7r65.js', 'embed'],
    ['/library/assets/extract.worker-hpwRR049.js', 'offline'],
    ['/library/assets/search.worker-DgRo3xq1.js', 'offline'],
    ['/library/assets/kdf.worker-DolfKSxI.js', 'offline'],
    ['/library/assets/pdf.worker.min-ClT6UGn4.js', 'offline'],
    ['/library/ort/ort-wasm-simd-threaded.mjs', 'offline'],
    ['/library/assets/index-BOWjf9P0.js', 'offline'],
  ])('takes %s for %s', (path, role) => {
    expect(roleOfScript(path)).toBe(role);
  });
});

describe('contentSecurityPolicy', () => {
  it('lets nobody but page and core reach the provider, and nobody but embed the hub', () => {
    const sources = (role: 'page' | 'core' | 'embed' | 'offline') =>
      directive(contentSecurityPolicy(role, OPEN), 'connect-src');
    expect(sources('page')).toBe("'self' https://api.example");
    expect(sources('core')).toBe("'self' https://api.example");
    expect(sources('embed')).toBe("'self' https://huggingface.co");
    expect(sources('offline')).toBe("'none'");
  });

  it('lets embed reach the site alone while the hub is not allowed', () => {
    expect(directive(contentSecurityPolicy('embed', CLOSED_NETWORK_POLICY), 'connect-src')).toBe("'self'");
  });

  it.each(['page', 'core', 'embed', 'offline'] as const)('closes by default and bans eval for %s', (role) => {
    const policy = contentSecurityPolicy(role, OPEN);
    expect(directive(policy, 'default-src')).toBe("'none'");
    expect(directive(policy, 'script-src')).toBe("'self' 'wasm-unsafe-eval'");
    expect(directive(policy, 'form-action')).toBe("'none'");
    expect(directive(policy, 'base-uri')).toBe("'none'");
    expect(policy).not.toMatch(/'unsafe-inline'|'unsafe-eval'|blob:\s*;\s*worker/);
  });

  it('asks for Trusted Types in documents, not in workers, where the ONNX runtime starts its threads', () => {
    expect(contentSecurityPolicy('page', OPEN)).toContain("require-trusted-types-for 'script'");
    expect(contentSecurityPolicy('embed', OPEN)).not.toContain('trusted-types');
  });
});

describe('metaContentSecurityPolicy', () => {
  it('holds no directive that a meta element ignores', () => {
    expect(metaContentSecurityPolicy()).not.toMatch(/frame-ancestors|sandbox|report-/);
  });
});

describe('securityHeaders', () => {
  it('isolates every role', () => {
    for (const role of ['page', 'core', 'embed', 'offline'] as const) {
      expect(securityHeaders(role, OPEN)).toMatchObject({
        'Cross-Origin-Opener-Policy': 'same-origin',
        'Cross-Origin-Embedder-Policy': 'require-corp',
        'Cross-Origin-Resource-Policy': 'same-origin',
        'Referrer-Policy': 'no-referrer',
        'X-Content-Type-Options': 'nosniff',
      });
    }
  });
});
