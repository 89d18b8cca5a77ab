import { describe, expect, it } from 'vitest';
import {
  addressSpaceOf,
  endpointOrigin,
  needsLocalNetworkPermission,
  readBaseUrl,
} from '../../../../src/platform/llm/base-url.ts';
import { PROVIDER_PRESETS } from '../../../../src/platform/llm/providers.ts';

describe('readBaseUrl', () => {
  it.each([
    ['https://api.openai.com/v1', 'https://api.openai.com/v1'],
    ['  https://api.openai.com/v1/  ', 'https://api.openai.com/v1'],
    ['https://api.openai.com/v1/chat/completions', 'https://api.openai.com/v1'],
    ['https://api.example.com/v1/models/', 'https://api.example.com/v1'],
    ['api.example.com', 'https://api.example.com/v1'],
    ['localhost:11434', 'http://localhost:11434/v1'],
    ['http://127.0.0.1:8080', 'http://127.0.0.1:8080/v1'],
    ['192.168.1.20:1234/v1', 'http://192.168.1.20:1234/v1'],
    ['http://[::1]:8080/v1', 'http://[::1]:8080/v1'],
    ['http://printer.local/llm', 'http://printer.local/llm'],
    ['HTTPS://API.Example.COM/v1', 'https://api.example.com/v1'],
    [
      'https://generativelanguage.googleapis.com/v1beta/openai/',
      'https://generativelanguage.googleapis.com/v1beta/openai',
    ],
  ])('reads %j as %s', (typed, baseUrl) => {
    expect(readBaseUrl(typed)).toMatchObject({ kind: 'valid', baseUrl, origin: new URL(baseUrl).origin });
  });

  it.each([
    ['', /Type the address/u],
    ['not a url', /not a web address/u],
    ['ftp://example.com', /Use https/u],
    ['javascript:alert(1)', /not a web address|Use https/u],
    ['http://api.example.com/v1', /Use https:\/\/ for this address/u],
    ['http://8.8.8.8/v1', /Use https:\/\/ for this address/u],
    ['http://127.0.0.1.example.com/v1', /Use https:\/\/ for this address/u],
    ['https://user:secret@api.example.com/v1', /user name and password/u],
    ['https://api.example.com/v1?key=secret', /key field/u],
    ['https://api.example.com/v1#x', /Leave out/u],
  ])('refuses %j and says why', (typed, message) => {
    const outcome = readBaseUrl(typed);
    expect(outcome.kind).toBe('invalid');
    if (outcome.kind === 'invalid') {
      expect(outcome.message).toMatch(message);
      expect(outcome.message).not.toContain('secret');
    }
  });

  it('gives back every preset as it is', () => {
    for (const preset of PROVIDER_PRESETS.filter((candidate) => candidate.id !== 'custom')) {
      expect(readBaseUrl(preset.baseUrl)).toMatchObject({ kind: 'valid', baseUrl: preset.baseUrl });
      expect(endpointOrigin(preset.baseUrl)).toBe(new URL(preset.baseUrl).origin);
    }
  });
});

describe('addressSpaceOf', () => {
  it.each([
    ['localhost', 'loopback'],
    ['a.localhost', 'loopback'],
    ['127.8.8.8', 'loopback'],
    ['[::1]', 'loopback'],
    ['[::ffff:7f00:1]', 'loopback'],
    ['10.0.0.1', 'local'],
    ['172.16.0.1', 'local'],
    ['172.32.0.1', 'public'],
    ['192.168.0.1', 'local'],
    ['100.64.0.1', 'local'],
    ['169.254.1.1', 'local'],
    ['[fd00::1]', 'local'],
    ['[fe80::1]', 'local'],
    ['nas.local', 'local'],
    ['[2001:db8::1]', 'public'],
    ['example.com', 'public'],
    ['localhost.example.com', 'public'],
    ['fd.example.com', 'public'],
  ])('places %s in the %s space', (host, space) => {
    expect(addressSpaceOf(host)).toBe(space);
  });
});

describe('needsLocalNetworkPermission', () => {
  it.each([
    ['https://notes.example', 'http://localhost:11434/v1', true],
    ['https://notes.example', 'http://192.168.1.2/v1', true],
    ['http://192.168.1.2', 'http://localhost:1234/v1', true],
    ['http://localhost:4173', 'http://localhost:11434/v1', false],
    ['http://localhost:4173', 'http://192.168.1.2/v1', false],
    ['https://notes.example', 'https://api.openai.com/v1', false],
  ])('from %s to %s: %s', (pageOrigin, baseUrl, needed) => {
    expect(needsLocalNetworkPermission(pageOrigin, baseUrl)).toBe(needed);
  });
});
