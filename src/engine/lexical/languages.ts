/** Languages whose words are reduced to stems. A segment's language mask has bit `n` for the one at place `n`. */
export const LANGUAGES = ['en', 'de', 'fr', 'es', 'it', 'pt', 'nl', 'sv', 'no', 'da', 'ru', 'id'] as const;
export type Language = (typeof LANGUAGES)[number];

// Frequent words that carry no subject, folded (without diacritics), and not shared by too many of the others.
const FUNCTION_WORDS: Readonly<Record<Exclude<Language, 'en'>, string>> = {
  de: 'der die das und ist nicht ein eine einen einem einer den dem des mit auf fur von zu im es sich auch wird sind war bei nach aus wie oder aber wenn kann werden wurde ich wir sie er noch nur uber als dass was wo wer warum welche welcher haben hat',
  fr: 'le la les des et est un une du dans en pour que qui par sur au aux avec ce cette il elle ils nous vous ne pas plus sont ou se son sa ses leur mais comme ete etre avoir quel quelle quels comment pourquoi quand je',
  es: 'el la los las de y es un una en que por con para del al se no su sus como mas pero fue son esta este lo le ha han o cuando donde quien cual cuales porque ser tiene yo',
  it: 'il lo la i gli le di e un una che per con del della dei delle nel nella non sono da si come piu ma anche questo questa al alla ha hanno era quando dove chi perche quale quali essere io',
  pt: 'o a os as de e um uma que em do da dos das no na nos nas por com para nao se mais como mas foi ao sao ele ela seu sua ou ser quando onde quem qual quais porque tem eu',
  nl: 'de het een en van is dat op te met voor niet zijn er aan ook als door naar bij uit maar om dan nog wel geen werd worden heeft hebben wat waar wie waarom welke hoe ik je wij zij',
  sv: 'och att det som en ett den pa ar av for med inte till har om jag var men de sig vi kan han hon eller fran vid nar vad vem hur varfor vilken skulle efter denna detta',
  no: 'og i det som en et den pa er av for med ikke til har om jeg var men de seg vi kan han hun eller fra ved nar hva hvem hvordan hvorfor hvilken skulle etter denne dette ble mot',
  da: 'og at det som en et den pa er af for med ikke til har om jeg var men de sig vi kan han hun eller fra ved nar hvad hvem hvordan hvorfor hvilken skulle efter denne dette blev mod',
  ru: 'и в не на что с он как это по но они к из у за от так о же для вы бы мы был была были или его ее если когда где кто почему какои какая которыи чем при до я все',
  id: 'yang dan di ke dari untuk dengan ini itu adalah tidak pada dalam akan juga oleh sebagai atau ada bisa dapat saya kami kita mereka telah sudah apa siapa bagaimana mengapa kapan dimana karena',
};
// For telling languages apart alone: English stop words that other languages hardly use.
const ENGLISH_WORDS =
  'the and of to is that it for with as are this be at by from or which have was were not you we they their has been can will what how when';

const maskByWord = new Map<string, number>();
for (const word of ENGLISH_WORDS.split(' ')) maskByWord.set(word, 1);
LANGUAGES.forEach((language, number) => {
  if (language === 'en') return;
  for (const word of FUNCTION_WORDS[language].split(' ')) {
    maskByWord.set(word, (maskByWord.get(word) ?? 0) | (1 << number));
  }
});

/** A bit for each language in which a folded word is a function word. */
export function functionWordMask(folded: string): number {
  return maskByWord.get(folded) ?? 0;
}

/** Whether a folded word says nothing about a subject in one of these languages, other than English. */
export function isForeignFunctionWord(folded: string, language: Language): boolean {
  return language !== 'en' && (functionWordMask(folded) & (1 << LANGUAGES.indexOf(language))) !== 0;
}

/** Decides by counts of function words. English, unless another language has at least two and more than it. */
export class LanguageCount {
  readonly #counts = new Uint32Array(LANGUAGES.length);

  add(mask: number): void {
    for (let number = 0, rest = mask; rest !== 0; number++, rest >>>= 1) {
      if ((rest & 1) === 1) this.#counts[number] = (this.#counts[number] ?? 0) + 1;
    }
  }

  /** The number of the language, and starts anew. */
  finish(): number {
    let best = 0;
    for (let number = 1; number < LANGUAGES.length; number++) {
      const count = this.#counts[number] ?? 0;
      if (count >= 2 && count > (this.#counts[best] ?? 0)) best = number;
    }
    this.#counts.fill(0);
    return best;
  }
}
