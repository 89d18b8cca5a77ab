import { floatLoop } from '../contest/float-loop.ts';
import { int8Flat } from '../contest/int8-flat.ts';
import { productVectors } from '../contest/product-vectors.ts';
import { serveContestants } from '../contest/vector-contestant.ts';

serveContestants({
  Commonplace: async () => productVectors(1),
  'Commonplace, 2 threads': async () => productVectors(2),
  'Float32Array loop': async () => floatLoop(),
  'int8 SIMD flat': int8Flat,
});
