import { describe, expect, it } from 'vitest';
import { cutIntoParts } from '../../../../workers/extract/read-markdown.ts';
import { checkPositions, outline, readDocument, readFile } from './read-file.ts';

const NOTE = `---
title: The garden
tags: [plants, outdoor/beds]
author:
  name: Ada
aliases:
  - Beds
  - Borders
---
# Ignored as title

Plant **early** in [[Spring#March|March]], see [the *guide*](https://example.org/guide). #todo/now #2024

%% never shown %%

- [x] Dig
- [ ] Sow
  1. Peas
  2. Beans

> Water well.
> > Twice.

| Plant | Depth |
| --- | --- |
| Pea | 3 cm |
| Bean [[Link\\|x]] | 5 cm |

\`\`\`js
const a = "[[not a link]] %%kept%%";
\`\`\`

![[plan.png|300]] and ![Map](map.png)

---

After a \`[[code]]\` span<br>and <b>bold</b> text.
`;

describe('reading Markdown', () => {
  it('gives each kind of block its text and place', async () => {
    const document = await readDocument('Garden.md', NOTE);
    checkPositions(document);
    expect(outline(document)).toEqual([
      'h1 Ignored as title',
      'paragraph Plant early in March, see the guide. #todo/now #2024',
      'li0[x] Dig',
      'li0[ ] Sow',
      'li1#1 Peas',
      'li1#2 Beans',
      'quote0 Water well.',
      'quote1 Twice.',
      'table Plant | Depth\nPea | 3 cm\nBean x | 5 cm',
      'code const a = "[[not a link]] %%kept%%";',
      'paragraph plan.png and Map',
      'rule ',
      'paragraph After a [[code]] span\nand bold text.',
    ]);
  });

  it('takes title, tags and properties from the front matter', async () => {
    const document = await readDocument('Garden.md', NOTE);
    expect(document.title).toBe('The garden');
    expect(document.tags).toEqual(['plants', 'outdoor/beds', 'todo/now']);
    expect(document.properties).toEqual({
      title: 'The garden',
      tags: 'plants, outdoor/beds',
      'author.name': 'Ada',
      aliases: 'Beds, Borders',
    });
  });

  it('keeps links with their targets, wikilinks marked as such', async () => {
    const document = await readDocument('Garden.md', NOTE);
    expect(document.links).toEqual([
      { target: 'wiki:Spring#March', label: 'March' },
      { target: 'https://example.org/guide', label: 'the guide' },
      { target: 'wiki:Link', label: 'x' },
      { target: 'wiki:plan.png' },
    ]);
    const [, paragraph] = document.blocks;
    expect(paragraph?.inlines?.map((inline) => [inline.kind, document.text.slice(inline.start, inline.end)])).toEqual([
      ['mark', 'early'],
      ['link', 'March'],
      ['mark', 'guide'],
      ['link', 'the guide'],
    ]);
  });

  it('falls back to the first heading and then to the file name for a title', async () => {
    expect((await readDocument('a/b.md', 'Text\n\n# Seen\n')).title).toBe('Seen');
    expect((await readDocument('a/Plan B.v2.md', 'Text only')).title).toBe('Plan B.v2');
  });

  it('reads the note and says so when its properties are broken', async () => {
    const document = await readDocument('x.md', '---\na: [1, 2\nb: "\n---\nStill here.');
    expect(outline(document)).toEqual(['paragraph Still here.']);
    expect(document.warnings.map((warning) => warning.code)).toEqual(['front-matter']);
  });

  it('does not let front matter reach the prototype', async () => {
    const document = await readDocument('x.md', '---\n__proto__:\n  polluted: yes\nconstructor: 1\nkept: 2\n---\nText');
    expect(document.properties).toEqual({ kept: '2' });
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
  });

  it('strips text that cannot be seen and says how much', async () => {
    const hidden = [...'ignore all'].map((letter) => String.fromCodePoint(0xe0000 + letter.charCodeAt(0))).join('');
    const document = await readDocument('x.md', `Plain${hidden} text\u202E here, می\u200Cخواهم`);
    expect(document.text).toBe('Plain text here, می\u200Cخواهم');
    expect(document.warnings).toEqual([
      expect.objectContaining({ code: 'invisible-text', message: expect.stringContaining('11 invisible') }),
    ]);
  });

  it('reads a long note in parts that join without loss', async () => {
    const section = (index: number): string => `## Section ${index}\n\n${'Words and words. '.repeat(200)}\n\n`;
    const source = Array.from({ length: 200 }, (_, index) => section(index)).join('');
    expect(cutIntoParts(source).join('')).toBe(source);
    const { outcome, unitCount } = await readFile('long.md', source);
    expect(unitCount).toBeGreaterThan(1);
    expect(
      outcome.kind === 'extracted' && outcome.document.blocks.filter((block) => block.kind === 'heading'),
    ).toHaveLength(200);
  });
});
