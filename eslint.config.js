import js from '@eslint/js';
import boundaries from 'eslint-plugin-boundaries';
import svelte from 'eslint-plugin-svelte';
import { defineConfig } from 'eslint/config';
import globals from 'globals';
import ts from 'typescript-eslint';

/** Ways to make markup or code from text. The page's Trusted Types refuse them too; this says so sooner. */
const MARKUP_SINKS = ['innerHTML', 'outerHTML', 'insertAdjacentHTML', 'srcdoc', 'createContextualFragment'];

const FEATURES = [
  'vault',
  'knowledge',
  'memory',
  'chat',
  'voice',
  'evaluation',
  'graph',
  'backup',
  'diagnostics',
  'settings',
];
const WORKERS = ['core', 'extract', 'embed', 'search', 'kdf', 'service-worker'];
const everyFeature = FEATURES.map((name) => `feature-${name}`);

/** Single files that others may import although they may not import what lies around them. */
const OPEN_FILES = {
  'worker-api': 'workers/*/api.ts',
  'worker-entry': 'workers/*/*.worker.ts',
  'kdf-params': 'src/platform/crypto/kdf-params.ts',
};

const belowFeatures = ['features', 'platform', 'pwa', 'engine', 'domain', 'worker-api'];
const anyFeatureBase = ['feature-diagnostics', ...belowFeatures];

/** Who may import whom, beside their own kind. What is not here is refused. */
const IMPORTS = {
  domain: [],
  engine: ['domain'],
  pwa: ['platform', 'domain'],
  platform: ['pwa', 'engine', 'domain', 'worker-api', 'worker-entry'],
  // What lies in src/features itself, beside the features' folders.
  features: ['domain'],
  'feature-vault': anyFeatureBase,
  'feature-knowledge': anyFeatureBase,
  'feature-memory': anyFeatureBase,
  'feature-chat': [...anyFeatureBase, 'feature-knowledge', 'feature-memory'],
  'feature-voice': [...anyFeatureBase, 'feature-chat'],
  'feature-evaluation': [...anyFeatureBase, 'feature-chat', 'feature-knowledge'],
  'feature-graph': [...anyFeatureBase, 'feature-knowledge'],
  'feature-backup': [...anyFeatureBase, 'feature-knowledge', 'feature-memory', 'feature-vault'],
  'feature-diagnostics': belowFeatures,
  'feature-settings': belowFeatures,
  ui: [...everyFeature, ...belowFeatures, 'worker-entry'],
  'worker-core': [...everyFeature, ...belowFeatures, 'worker-entry'],
  // Threads that compute hold no key and no storage, hence nothing of the upper layers.
  'worker-extract': ['engine', 'domain', 'worker-api'],
  'worker-embed': ['engine', 'domain', 'worker-api'],
  'worker-search': ['engine', 'domain', 'worker-api'],
  'worker-kdf': ['domain', 'worker-api', 'kdf-params'],
  'worker-service-worker': ['pwa'],
};

const target = (name) => (name in OPEN_FILES ? { file: { categories: name } } : { element: { type: name } });
const layerRules = Object.entries(IMPORTS).map(([type, imports]) => ({
  from: { element: { type } },
  allow: { to: [type, ...imports].map(target) },
}));
const folder = (type, pattern) => ({ type, pattern, partialMatch: false });

export default defineConfig(
  {
    ignores: [
      '.cache/',
      'dist/',
      'dist-space/',
      'coverage/',
      'test-results/',
      'playwright-report/',
      'scripts/stubs/',
      // Another language: AssemblyScript.
      'src/engine/kernels/assembly/',
      'src/engine/kernels/*.wasm.ts',
      'public/',
    ],
  },
  js.configs.recommended,
  ...ts.configs.strictTypeChecked,
  ...ts.configs.stylisticTypeChecked,
  ...svelte.configs.recommended,
  {
    languageOptions: { parserOptions: { projectService: true, extraFileExtensions: ['.svelte'] } },
    linterOptions: { reportUnusedDisableDirectives: 'warn' },
  },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { parserOptions: { parser: ts.parser } },
  },
  {
    rules: {
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/no-confusing-void-expression': [
        'error',
        { ignoreArrowShorthand: true, ignoreVoidOperator: true },
      ],
      '@typescript-eslint/prefer-promise-reject-errors': ['error', { allowThrowingUnknown: true }],
      '@typescript-eslint/only-throw-error': ['error', { allowThrowingUnknown: true, allowRethrowing: true }],
      // An index within bounds that the line before has checked.
      '@typescript-eslint/no-non-null-assertion': 'off',
      // What comes over a thread, out of storage or from an aborted signal is not what its type says.
      '@typescript-eslint/no-unnecessary-condition': 'off',
      // An interface may ask for a promise that one implementation has at once.
      '@typescript-eslint/require-await': 'off',
      // There are no enums here, and no stores; looking for them takes a quarter of the time.
      '@typescript-eslint/no-unsafe-enum-assignment': 'off',
      '@typescript-eslint/no-unsafe-enum-comparison': 'off',
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      '@typescript-eslint/no-unnecessary-type-parameters': 'off',
      // Spreading a string walks its code points, which is what text code here wants.
      '@typescript-eslint/no-misused-spread': 'off',
      // Invisible characters are looked for on purpose.
      'no-control-regex': 'off',
      'no-misleading-character-class': 'off',
      'no-empty': ['error', { allowEmptyCatch: false }],
      'no-eval': 'error',
      'no-restricted-properties': ['error', ...MARKUP_SINKS.map((property) => ({ property }))],
      'no-restricted-syntax': [
        'error',
        {
          selector: "CallExpression[callee.object.name='document'][callee.property.name=/^write(ln)?$/]",
          message: 'Build elements instead.',
        },
        {
          selector: `AssignmentExpression > MemberExpression.left[property.name=/^(${MARKUP_SINKS.join('|')})$/]`,
          message: 'Build elements instead of markup.',
        },
        { selector: 'ExportAllDeclaration', message: 'Import the file that defines the thing.' },
      ],
      eqeqeq: 'error',
      // The compiler knows the globals of each thread.
      'no-undef': 'off',
    },
  },
  {
    // Scripts that run before anything is installed are plain JavaScript.
    files: ['**/*.js', '**/*.mjs', '**/*.d.mts'],
    extends: [ts.configs.disableTypeChecked],
    languageOptions: { globals: globals.node },
    rules: { 'no-undef': 'error' },
  },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    rules: {
      'svelte/require-store-reactive-access': 'off',
      'svelte/no-at-html-tags': 'error',
      // It takes the words of an explanation for names of warnings; svelte-check reports needless ones.
      'svelte/no-unused-svelte-ignore': 'off',
      // State is drawn from plain values that are replaced whole; a Map inside a function is just a Map.
      'svelte/prefer-svelte-reactivity': 'off',
      // The parser cannot type event handlers in markup; svelte-check does.
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
    },
  },
  {
    files: ['src/**', 'workers/**'],
    // The page's entry brings the layers together.
    ignores: ['src/main.ts'],
    plugins: { boundaries },
    settings: {
      // The first that fits counts, so the narrow ones come before the folders around them.
      'boundaries/elements': [
        ...FEATURES.map((name) => folder(`feature-${name}`, `src/features/${name}`)),
        folder('pwa', 'src/platform/pwa'),
        ...['domain', 'engine', 'platform', 'features', 'ui'].map((layer) => folder(layer, `src/${layer}`)),
        ...WORKERS.map((name) => folder(`worker-${name}`, `workers/${name}`)),
      ],
      'boundaries/files': Object.entries(OPEN_FILES).map(([category, pattern]) => ({ category, pattern })),
    },
    rules: {
      'boundaries/dependencies': ['error', { default: 'disallow', policies: layerRules }],
    },
  },
  {
    // Tests reach into what they test, and make the bad input that the app refuses.
    files: ['tests/**'],
    rules: {
      '@typescript-eslint/no-empty-function': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/unbound-method': 'off',
      '@typescript-eslint/no-implied-eval': 'off',
      'no-restricted-properties': 'off',
      'no-restricted-syntax': 'off',
      'no-empty-pattern': 'off',
    },
  },
);
