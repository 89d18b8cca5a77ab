import { productWords } from '../contest/product-words.ts';
import { serveWordContestants } from '../contest/word-contestant.ts';

serveWordContestants({ Commonplace: async () => productWords() });
