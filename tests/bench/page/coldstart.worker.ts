import { expose } from 'comlink';
import { deleteColdLibrary, fillColdLibrary } from './cold-library.ts';
import { measureAsking, measureColdStart } from './measure-coldstart.ts';

const coldStart = { deleteColdLibrary, fillColdLibrary, measureAsking, measureColdStart };

export type ColdStartApi = typeof coldStart;
expose(coldStart);
