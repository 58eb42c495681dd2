export default {
  testEnvironment: 'node',
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      { jsc: { target: 'es2022', parser: { syntax: 'typescript' } }, module: { type: 'es6' } },
    ],
  },
  globalSetup: '<rootDir>/test/support/global-setup.ts',
  testTimeout: 120_000,
  // By default one core is left idle, and on two cores everything runs in one process that keeps the modules of every file.
  maxWorkers: '100%',
  workerIdleMemoryLimit: '1.5GB',
  restoreMocks: true,
};
