import type { Language } from './languages.ts';
import { stem as stemEnglish } from './stem.ts';

/**
 * Light stemmers: they take off what marks number, gender and case, seldom more, so that different words seldom fall
 * together. The idea and the kind of endings follow Savoy ("Light stemming approaches for the French, Portuguese,
 * German and Hungarian languages", SAC 2006); the rules are our own, for words already folded (no diacritics).
 */
type Stemmer = (word: string) => string;

/** Takes off the first ending of the list that leaves at least `least` letters. */
function dropping(endings: string, least: number): Stemmer {
  const list = endings.split(' ');
  return (word) => {
    for (const ending of list) {
      if (word.length - ending.length >= least && word.endsWith(ending)) return word.slice(0, -ending.length);
    }
    return word;
  };
}

/** Replaces the first ending that fits (`ending>replacement`). */
function replacing(rules: string, least: number): Stemmer {
  const list = rules.split(' ').map((rule) => rule.split('>'));
  return (word) => {
    for (const [ending = '', replacement = ''] of list) {
      if (word.length - ending.length >= least && word.endsWith(ending)) {
        return word.slice(0, -ending.length) + replacement;
      }
    }
    return word;
  };
}

function withoutDouble(word: string): string {
  return word.length > 3 && /([^aeiou])\1$/.test(word) ? word.slice(0, -1) : word;
}

const germanGenitive = dropping('s', 4);
const germanEnding = dropping('innen ern en er em es e n', 3);
const frenchPlural = replacing('eaux>eau aux>al', 2);
const frenchS = dropping('s x', 3);
const frenchEnding = dropping('ees ee er e', 3);
const spanishPlural = replacing('ces>z eses>es', 2);
const spanishEnding = dropping('os as es o a e', 3);
const italianEnding = replacing('che>c chi>c ghe>g ghi>g ie> ia> io> ii> e> i> a> o>', 3);
const portuguesePlural = replacing('oes>ao aes>ao ais>al eis>el ois>ol ns>m res>r zes>z les>l', 2);
const portugueseS = dropping('s', 3);
const portugueseEnding = dropping('o a e', 3);
const dutchPlural = replacing('heden>heid', 2);
const dutchEnding = dropping('eren en e', 3);
const dutchS = dropping('s', 4);
const swedishEnding = dropping(
  'heterna heten arnas ornas ernas arna orna erna aren orn ande ar or er en et as es na a e s',
  3,
);
const norwegianEnding = dropping('hetene heten enes ene ane ens ets ers er en et ar a e s', 3);
const danishEnding = dropping('hederne heden ernes erne erens eren enes ene ens ets ers er en et e s', 3);
// й and ё have been folded to и and е.
const russianEnding = dropping(
  'иями ями ами ыми ими иях ого его ому ему иеи ях ах ои еи ии ыи ое ее ые ие ая яя ую юю ых их ым им ия ью ью ов ев ам ям ом ем а я о е и ы у ю ь',
  3,
);
const indonesianParticle = dropping('lah kah pun', 4);
const indonesianPossessive = dropping('nya ku mu', 4);
const indonesianSuffix = dropping('kan an i', 4);

/** Dutch writes one vowel before a single consonant and an ending, two without it: boom, bomen. */
function dutchRoot(word: string): string {
  const single = word.replace(/(aa|ee|oo|uu)(?=[bdfghklmnprstvwz]$)/, (pair) => pair.charAt(0));
  return withoutDouble(single).replace(/v$/, 'f').replace(/z$/, 's');
}

/** The prefixes of verbs and nouns, with the consonant they swallowed. */
function indonesianRoot(word: string): string {
  if (word.length < 6) return word;
  return word
    .replace(/^(?:me|pe)ny(?=[aeiou]\w{3})/, 's')
    .replace(/^(?:me|pe)m(?=[aeiou]\w{3})/, 'p')
    .replace(/^(?:me|pe)n(?=[aeiou]\w{3})/, 't')
    .replace(/^(?:meng|peng|mem|men|pem|pen|me|ber|per|ter|di|ke|se)(?=\w{4})/, '');
}

const STEMMERS: Readonly<Record<Language, Stemmer>> = {
  en: stemEnglish,
  de: (word) => germanEnding(germanGenitive(word)),
  fr: (word) => withoutDouble(frenchEnding(frenchS(frenchPlural(word)))),
  es: (word) => spanishEnding(spanishPlural(word)),
  it: italianEnding,
  pt: (word) => portugueseEnding(portugueseS(portuguesePlural(word))),
  nl: (word) => dutchRoot(dutchEnding(dutchS(dutchPlural(word)))),
  sv: swedishEnding,
  no: norwegianEnding,
  da: danishEnding,
  ru: russianEnding,
  id: (word) => indonesianRoot(indonesianSuffix(indonesianPossessive(indonesianParticle(word)))),
};
const LATIN = /^[a-z]+$/;
const CYRILLIC = /^[\u0430-\u044f]+$/;

/** The stem of a folded word in a language; words of other scripts than the language's come back unchanged. */
export function stemIn(language: Language, word: string): string {
  if (language === 'en') return stemEnglish(word);
  if (word.length < 4 || !(language === 'ru' ? CYRILLIC : LATIN).test(word)) return word;
  return STEMMERS[language](word);
}
