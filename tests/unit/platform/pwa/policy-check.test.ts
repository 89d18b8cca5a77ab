import { describe, expect, it } from 'vitest';
import { connectSourcesOf } from '../../../../src/platform/pwa/policy-check.ts';

describe('connectSourcesOf', () => {
  it('reads the sources of connect-src', () => {
    const policy = "default-src 'none'; script-src 'self'; connect-src 'self' https://api.example; object-src 'none'";
    expect(connectSourcesOf(policy)).toEqual(["'self'", 'https://api.example']);
  });

  it('falls back to default-src, as browsers do', () => {
    expect(connectSourcesOf("default-src 'none'; script-src 'self'")).toEqual(["'none'"]);
  });

  it('finds none in a policy that says nothing about connections', () => {
    expect(connectSourcesOf("object-src 'none'")).toEqual([]);
  });
});
