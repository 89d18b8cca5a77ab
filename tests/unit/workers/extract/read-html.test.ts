import { describe, expect, it } from 'vitest';
import { checkPositions, outline, readDocument } from './read-file.ts';

const PAGE = `<!doctype html><html><head><title> Tea &amp; time </title><style>p{}</style></head><body>
<nav><a href="/home">Home</a></nav>
<header>Site name</header>
<h1>Brewing <em>tea</em></h1>
<p>Boil   the
water.<br>Wait <a href="https://example.org/kettle">two minutes</a>, <b>no</b> more.</p>
<div hidden>secret</div><p style="color:red; display: none">secret</p><span aria-hidden="true">secret</span>
<script>secret()</script><noscript>secret</noscript>
<ul><li>Green<ul><li><p>Sencha</p><p>From Japan.</p></li></ul></li><li>Black</li></ul>
<ol start="3"><li>Pour</li><li>Drink</li></ol>
<blockquote><p>Slowly.</p></blockquote>
<pre><code class="language-sh">make   tea
drink</code></pre>
<table><caption>Times</caption><tr><th>Tea</th><th></th><th>Minutes</th></tr><tr><td>Green</td><td></td><td>2</td></tr><tr><td colspan="2">Black</td><td>4</td></tr></table>
<table><tr><td><p>Layout</p><p>only</p></td></tr></table>
<a href="javascript:alert(1)">plain</a><img src="x.png" alt="A cup">
<footer>Imprint</footer></body></html>`;

describe('reading HTML', () => {
  it('gives what a person would read, without navigation and hidden parts', async () => {
    const document = await readDocument('tea.html', PAGE);
    checkPositions(document);
    expect(document.title).toBe('Tea & time');
    expect(outline(document)).toEqual([
      'h1 Brewing tea',
      'paragraph Boil the water.\nWait two minutes, no more.',
      'li0 Green',
      'li1 Sencha',
      'paragraph From Japan.',
      'li0 Black',
      'li0#3 Pour',
      'li0#4 Drink',
      'quote0 Slowly.',
      'code make   tea\ndrink',
      'paragraph Times',
      'table Tea | Minutes\nGreen | 2\nBlack | 4',
      'paragraph Layout',
      'paragraph only',
      'paragraph plainA cup',
    ]);
    expect(document.text).not.toMatch(/secret|Home|Site name|Imprint/);
  });

  it('keeps table cells apart and their header aside', async () => {
    const document = await readDocument('tea.html', PAGE);
    const table = document.blocks.find((block) => block.kind === 'table');
    expect(table?.kind === 'table' && table.header.map(({ start, end }) => document.text.slice(start, end))).toEqual([
      'Tea',
      'Minutes',
    ]);
    expect(table?.kind === 'table' && table.rows).toHaveLength(2);
  });

  it('keeps links as written and drops those that would run something', async () => {
    const document = await readDocument('tea.html', PAGE);
    expect(document.links).toEqual([{ target: 'https://example.org/kettle', label: 'two minutes' }]);
  });

  it('reads the main part alone where the page names one', async () => {
    const document = await readDocument(
      'x.html',
      `<body><div>Advertisement</div><main><p>${'Real words. '.repeat(30)}</p></main></body>`,
    );
    expect(document.text).not.toContain('Advertisement');
  });

  it('takes text deeper than the limit without failing', async () => {
    const document = await readDocument('x.html', `<html><body>${'<div>'.repeat(5000)}<p>Deep down</p></body></html>`);
    expect(document.text).toBe('Deep down');
  });

  it('uses the encoding the page declares', async () => {
    const bytes = Uint8Array.from('<html><meta charset="koi8-r"><p>\xf0\xd2\xc9\xd7\xc5\xd4</p></html>', (letter) =>
      letter.charCodeAt(0),
    );
    const document = await readDocument('x.html', bytes);
    expect(document.text).toBe('Привет');
    expect(document.encoding).toBe('koi8-r');
  });
});
